"""The exchange with the portal: outbox sender, feed puller, client. No timers, no Qt."""
