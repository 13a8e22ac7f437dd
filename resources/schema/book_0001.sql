CREATE TABLE access (
	email VARCHAR(320), 
	party_ids JSON NOT NULL, 
	state VARCHAR(20), 
	origin VARCHAR(20), 
	registered_at VARCHAR(24), 
	deactivated_at VARCHAR(24), 
	removed_at VARCHAR(24), 
	last_seen VARCHAR(24), 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_access PRIMARY KEY ("key"), 
	CONSTRAINT uq_access_id UNIQUE (id)
);
CREATE TABLE adviser (
	code VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	email VARCHAR(320), 
	phone VARCHAR(40), 
	insurer_numbers JSON NOT NULL, 
	end_date DATE, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_adviser PRIMARY KEY ("key"), 
	CONSTRAINT uq_adviser_id UNIQUE (id)
);
CREATE TABLE book_info (
	"key" INTEGER NOT NULL, 
	profile_id VARCHAR(36) NOT NULL, 
	schema_version INTEGER NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	last_check_at VARCHAR(24), 
	open_since VARCHAR(24), 
	CONSTRAINT pk_book_info PRIMARY KEY ("key")
);
CREATE TABLE change_log (
	"key" INTEGER NOT NULL, 
	work VARCHAR(36) NOT NULL, 
	at VARCHAR(24) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	origin VARCHAR(10) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	record_id VARCHAR(36) NOT NULL, 
	action VARCHAR(10) NOT NULL, 
	fields JSON NOT NULL, 
	CONSTRAINT pk_change_log PRIMARY KEY ("key")
);
CREATE INDEX ix_change_log_record ON change_log (record_id, "key");
CREATE INDEX ix_change_log_work ON change_log (work);
CREATE TABLE "conflict" (
	"key" INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	record_id VARCHAR(36) NOT NULL, 
	field VARCHAR(60) NOT NULL, 
	base JSON, 
	mine JSON, 
	theirs JSON, 
	their_actor VARCHAR(200), 
	their_time VARCHAR(24), 
	found_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_conflict PRIMARY KEY ("key")
);
CREATE INDEX ix_conflict_record_id ON "conflict" (record_id);
CREATE TABLE draft (
	form VARCHAR(120) NOT NULL, 
	"values" JSON NOT NULL, 
	saved_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_draft PRIMARY KEY (form)
);
CREATE TABLE duplicate_proposal (
	"key" INTEGER NOT NULL, 
	party_a VARCHAR(36) NOT NULL, 
	party_b VARCHAR(36) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_duplicate_proposal PRIMARY KEY ("key")
);
CREATE INDEX ix_duplicate_proposal_party_a ON duplicate_proposal (party_a);
CREATE INDEX ix_duplicate_proposal_party_b ON duplicate_proposal (party_b);
CREATE TABLE entitlement (
	kundenapp BOOLEAN, 
	investment BOOLEAN, 
	broker_code VARCHAR(12), 
	portal_url VARCHAR(300), 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_entitlement PRIMARY KEY ("key"), 
	CONSTRAINT uq_entitlement_id UNIQUE (id)
);
CREATE TABLE import_key (
	source VARCHAR(20) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	record_id VARCHAR(36) NOT NULL, 
	fingerprint BLOB, 
	CONSTRAINT pk_import_key PRIMARY KEY (source, name)
);
CREATE INDEX ix_import_key_record_id ON import_key (record_id);
CREATE TABLE import_run (
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	at VARCHAR(24) NOT NULL, 
	format VARCHAR(20) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	report JSON NOT NULL, 
	CONSTRAINT pk_import_run PRIMARY KEY ("key"), 
	CONSTRAINT uq_import_run_id UNIQUE (id)
);
CREATE INDEX ix_import_run_sha256 ON import_run (sha256);
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	op_id VARCHAR(36) NOT NULL, 
	body BLOB NOT NULL, 
	status VARCHAR(12) NOT NULL, 
	acknowledged_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (seq), 
	CONSTRAINT uq_journal_op_id UNIQUE (op_id)
);
CREATE TABLE office (
	name VARCHAR(200) NOT NULL, 
	street VARCHAR(200) NOT NULL, 
	zip VARCHAR(12) NOT NULL, 
	city VARCHAR(100) NOT NULL, 
	country VARCHAR(3) NOT NULL, 
	phone VARCHAR(40), 
	email VARCHAR(320), 
	website VARCHAR(200), 
	register_number VARCHAR(40), 
	product_private VARCHAR(60), 
	product_company VARCHAR(60), 
	language VARCHAR(2), 
	time_zone VARCHAR(60), 
	send_hour INTEGER, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_office PRIMARY KEY ("key"), 
	CONSTRAINT uq_office_id UNIQUE (id)
);
CREATE TABLE outbox (
	"key" INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	record_id VARCHAR(36) NOT NULL, 
	operation VARCHAR(60) NOT NULL, 
	urgency INTEGER NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	fields JSON NOT NULL, 
	payload JSON NOT NULL, 
	work VARCHAR(36), 
	created_at VARCHAR(24) NOT NULL, 
	seq INTEGER, 
	op_id VARCHAR(36), 
	body BLOB, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	sent_at VARCHAR(24), 
	problem VARCHAR(60), 
	problem_details JSON, 
	CONSTRAINT pk_outbox PRIMARY KEY ("key"), 
	CONSTRAINT uq_outbox_seq UNIQUE (seq), 
	CONSTRAINT uq_outbox_op_id UNIQUE (op_id)
);
CREATE INDEX ix_outbox_order ON outbox (state, urgency, "key");
CREATE INDEX ix_outbox_record_id ON outbox (record_id);
CREATE INDEX ix_outbox_state ON outbox (state);
CREATE TABLE quarantine (
	"key" INTEGER NOT NULL, 
	kind VARCHAR(60) NOT NULL, 
	record_id VARCHAR(36) NOT NULL, 
	rev INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	reason VARCHAR(60) NOT NULL, 
	at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_quarantine PRIMARY KEY ("key")
);
CREATE TABLE raw_records (
	"key" INTEGER NOT NULL, 
	run VARCHAR(36) NOT NULL, 
	record_id VARCHAR(36), 
	lines BLOB NOT NULL, 
	CONSTRAINT pk_raw_records PRIMARY KEY ("key")
);
CREATE INDEX ix_raw_records_record_id ON raw_records (record_id);
CREATE INDEX ix_raw_records_run ON raw_records (run);
CREATE TABLE setting (
	name VARCHAR(80) NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY (name)
);
CREATE TABLE sync_meta (
	"key" INTEGER NOT NULL, 
	portal_url VARCHAR(300) NOT NULL, 
	tenant VARCHAR(36) NOT NULL, 
	device_id VARCHAR(36) NOT NULL, 
	employee JSON NOT NULL, 
	epoch VARCHAR(36) NOT NULL, 
	next_seq INTEGER NOT NULL, 
	cursor VARCHAR, 
	clock_offset_ms INTEGER NOT NULL, 
	last_success_at VARCHAR(24), 
	last_attempt_at VARCHAR(24), 
	failures INTEGER NOT NULL, 
	last_problem VARCHAR(60), 
	paused BOOLEAN NOT NULL, 
	digest_due BOOLEAN NOT NULL, 
	pin VARCHAR(64), 
	tokens JSON, 
	capabilities JSON, 
	CONSTRAINT pk_sync_meta PRIMARY KEY ("key")
);
CREATE TABLE employee (
	name VARCHAR(200), 
	email VARCHAR(320), 
	role VARCHAR(20), 
	rights JSON NOT NULL, 
	scope VARCHAR(20), 
	adviser_id VARCHAR(36), 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_employee PRIMARY KEY ("key"), 
	CONSTRAINT fk_employee_adviser_id FOREIGN KEY(adviser_id) REFERENCES adviser (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_employee_id UNIQUE (id)
);
CREATE TABLE party (
	kind VARCHAR(20) NOT NULL, 
	salutation VARCHAR(20), 
	title VARCHAR(60) NOT NULL, 
	first_name VARCHAR(200) NOT NULL, 
	name_prefix VARCHAR(60) NOT NULL, 
	last_name VARCHAR(200) NOT NULL, 
	name_suffix VARCHAR(60) NOT NULL, 
	company_name VARCHAR(300) NOT NULL, 
	company_addition VARCHAR(300) NOT NULL, 
	birth_date DATE, 
	deceased_on DATE, 
	email VARCHAR(320) COLLATE "NOCASE", 
	phone VARCHAR(40), 
	mobile VARCHAR(40), 
	contacts JSON NOT NULL, 
	street VARCHAR(200) NOT NULL, 
	zip VARCHAR(12) NOT NULL, 
	city VARCHAR(100) NOT NULL, 
	country VARCHAR(3) NOT NULL, 
	po_box VARCHAR(40) NOT NULL, 
	iban VARCHAR(34), 
	bic VARCHAR(11), 
	bank_holder VARCHAR(200), 
	language VARCHAR(2) NOT NULL, 
	address_form VARCHAR(3) NOT NULL, 
	marital_status VARCHAR(20), 
	nationality VARCHAR(3), 
	profession VARCHAR(200), 
	tax_id VARCHAR(40), 
	legal_form VARCHAR(40), 
	roles JSON NOT NULL, 
	customer_number VARCHAR(40), 
	customer_type VARCHAR(20), 
	customer_status VARCHAR(20), 
	customer_since DATE, 
	adviser_id VARCHAR(36), 
	insurer_numbers JSON NOT NULL, 
	vu_number VARCHAR(5), 
	tags JSON NOT NULL, 
	consent_email VARCHAR(20), 
	notes VARCHAR, 
	sort_key VARCHAR(300) NOT NULL, 
	listed_name VARCHAR(300) NOT NULL, 
	is_customer INTEGER NOT NULL GENERATED ALWAYS AS (instr(roles, '"customer"') > 0) STORED, 
	contracts_own INTEGER DEFAULT '0' NOT NULL, 
	contracts_other INTEGER DEFAULT '0' NOT NULL, 
	contracts_released INTEGER DEFAULT '0' NOT NULL, 
	premium_year_cents INTEGER DEFAULT '0' NOT NULL, 
	app_state VARCHAR(20) DEFAULT 'data_missing' NOT NULL, 
	app_since VARCHAR(24), 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_party PRIMARY KEY ("key"), 
	CONSTRAINT fk_party_adviser_id FOREIGN KEY(adviser_id) REFERENCES adviser (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_party_id UNIQUE (id)
);
CREATE INDEX ix_party_adviser_id ON party (adviser_id);
CREATE INDEX ix_party_email ON party (email) WHERE email IS NOT NULL;
CREATE INDEX ix_party_list_app ON party (app_state, app_since, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_city ON party (city, zip, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_name ON party (sort_key, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_number ON party (customer_number, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_premium ON party (premium_year_cents, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_released ON party (contracts_released, contracts_own, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_list_zip ON party (zip, "key") WHERE is_customer AND NOT archived AND NOT stub;
CREATE INDEX ix_party_vu_number ON party (vu_number) WHERE vu_number IS NOT NULL;
CREATE TABLE contract (
	party_id VARCHAR(36) NOT NULL, 
	adviser_id VARCHAR(36), 
	insurer_id VARCHAR(36), 
	origin VARCHAR(20) NOT NULL, 
	number VARCHAR(60) NOT NULL, 
	sequence VARCHAR(2) NOT NULL, 
	line VARCHAR(40) NOT NULL, 
	line_basis VARCHAR(20) NOT NULL, 
	gdv_sparte VARCHAR(3), 
	product VARCHAR(200) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	premium_net_cents INTEGER, 
	premium_gross_cents INTEGER, 
	frequency VARCHAR(20), 
	currency VARCHAR(3), 
	start DATE, 
	"end" DATE, 
	main_due VARCHAR(5), 
	parts JSON NOT NULL, 
	features JSON NOT NULL, 
	risks JSON NOT NULL, 
	persons JSON NOT NULL, 
	details JSON NOT NULL, 
	released BOOLEAN NOT NULL, 
	notes VARCHAR, 
	premium_year_cents INTEGER, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_contract PRIMARY KEY ("key"), 
	CONSTRAINT fk_contract_party_id FOREIGN KEY(party_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_contract_adviser_id FOREIGN KEY(adviser_id) REFERENCES adviser (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_contract_insurer_id FOREIGN KEY(insurer_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_contract_id UNIQUE (id)
);
CREATE INDEX ix_contract_number ON contract (number);
CREATE INDEX ix_contract_party_id ON contract (party_id);
CREATE TABLE household (
	name VARCHAR(200) NOT NULL, 
	calc_for VARCHAR(20), 
	advice_partner_id VARCHAR(36), 
	notes VARCHAR, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_household PRIMARY KEY ("key"), 
	CONSTRAINT fk_household_advice_partner_id FOREIGN KEY(advice_partner_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_household_id UNIQUE (id)
);
CREATE TABLE invitation (
	party_id VARCHAR(36) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	attempt INTEGER, 
	copies INTEGER, 
	channel VARCHAR(10), 
	address_form VARCHAR(3), 
	language VARCHAR(2), 
	email VARCHAR(320), 
	reminders BOOLEAN, 
	requested_at VARCHAR(24), 
	invited_at VARCHAR(24), 
	first_invited_at VARCHAR(24), 
	expires_at VARCHAR(24), 
	stop_by VARCHAR(200), 
	stopped_at VARCHAR(24), 
	registered_at VARCHAR(24), 
	revoked_at VARCHAR(24), 
	link_generation INTEGER, 
	mail_outcome VARCHAR(20), 
	mail_code VARCHAR(200), 
	possibly_twice BOOLEAN, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_invitation PRIMARY KEY ("key"), 
	CONSTRAINT fk_invitation_party_id FOREIGN KEY(party_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_invitation_id UNIQUE (id)
);
CREATE INDEX ix_invitation_party_id ON invitation (party_id);
CREATE TABLE tracking (
	party_id VARCHAR(36) NOT NULL, 
	event VARCHAR(40), 
	at VARCHAR(24), 
	parameters JSON, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_tracking PRIMARY KEY ("key"), 
	CONSTRAINT fk_tracking_party_id FOREIGN KEY(party_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_tracking_id UNIQUE (id)
);
CREATE INDEX ix_tracking_party_id_at ON tracking (party_id, at);
CREATE TABLE claim (
	contract_id VARCHAR(36) NOT NULL, 
	party_id VARCHAR(36), 
	number VARCHAR(40) NOT NULL, 
	occurred_on DATE, 
	reported_on DATE, 
	status VARCHAR(20) NOT NULL, 
	paid_cents INTEGER, 
	reserve_cents INTEGER, 
	description VARCHAR, 
	details JSON NOT NULL, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_claim PRIMARY KEY ("key"), 
	CONSTRAINT fk_claim_contract_id FOREIGN KEY(contract_id) REFERENCES contract (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_claim_party_id FOREIGN KEY(party_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_claim_id UNIQUE (id)
);
CREATE INDEX ix_claim_contract_id ON claim (contract_id);
CREATE INDEX ix_claim_party_id ON claim (party_id);
CREATE TABLE commission_line (
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	contract_id VARCHAR(36) NOT NULL, 
	booked_on DATE, 
	gross_cents INTEGER, 
	commission_cents INTEGER, 
	details JSON NOT NULL, 
	CONSTRAINT pk_commission_line PRIMARY KEY ("key"), 
	CONSTRAINT uq_commission_line_id UNIQUE (id), 
	CONSTRAINT fk_commission_line_contract_id FOREIGN KEY(contract_id) REFERENCES contract (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ix_commission_line_contract_id ON commission_line (contract_id);
CREATE TABLE household_member (
	household_id VARCHAR(36) NOT NULL, 
	party_id VARCHAR(36) NOT NULL, 
	relation VARCHAR(20), 
	since DATE, 
	until DATE, 
	"key" INTEGER NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	server_rev INTEGER DEFAULT '0' NOT NULL, 
	stub BOOLEAN DEFAULT '0' NOT NULL, 
	archived BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_household_member PRIMARY KEY ("key"), 
	CONSTRAINT fk_household_member_household_id FOREIGN KEY(household_id) REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_household_member_party_id FOREIGN KEY(party_id) REFERENCES party (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_household_member_id UNIQUE (id)
);
CREATE INDEX ix_household_member_household_id ON household_member (household_id);
CREATE INDEX ix_household_member_party_id ON household_member (party_id);
CREATE VIRTUAL TABLE party_search USING fts5(words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='1 2 3');
CREATE VIRTUAL TABLE contract_search USING fts5(words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='1 2 3');
