"""Places `resources/` into the wheel as `brokerdesk/_resources`; everything else is said in `pyproject.toml`."""

from setuptools import find_packages, setup

RESOURCES = "brokerdesk._resources"

setup(
    packages=[*find_packages(include=["brokerdesk", "brokerdesk.*"]), RESOURCES],
    package_dir={RESOURCES: "resources"},
    package_data={RESOURCES: ["**/*"], "brokerdesk.portal": ["templates/*.html", "static/*"]},
)
