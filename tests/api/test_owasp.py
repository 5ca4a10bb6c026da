"""The OWASP API security top ten of 2023, and which tests hold each of them down."""

from importlib import import_module

import pytest

TOP_TEN = {
    "API1 broken object level authorization": [
        "api.test_confidentiality.test_a_draft_is_there_for_those_who_see_drafts_only",
        "api.test_batches.test_batches_are_listed_latest_first_page_by_page",
    ],
    "API2 broken authentication": [
        "access.test_keys.test_a_key_that_differs_in_anything_is_refused",
        "access.test_keys.test_the_store_never_holds_the_secret",
        "api.test_entrance.test_a_revoked_key_is_refused_on_the_next_request",
        "api.test_entrance.test_keys_that_disagree_are_refused",
    ],
    "API3 broken object property level authorization": [
        "api.test_confidentiality.test_a_property_masked_in_the_table_is_masked_everywhere",
        "api.test_batches.test_what_a_row_held_is_for_analysts",
        "api.test_problems.test_a_body_is_checked_field_by_field",  # mass assignment
    ],
    "API4 unrestricted resource consumption": [
        "api.test_batches.test_a_page_has_a_limit",
        "api.test_batches.test_an_upload_keeps_within_its_limit",
        "api.test_batches.test_nobody_without_a_key_makes_the_service_read_a_body",
        "api.test_problems.test_a_body_has_a_limit_declared_or_not",
        "api.test_evaluations.test_an_evaluation_that_cannot_be_run_is_explained",  # aliases, nesting
    ],
    "API5 broken function level authorization": [
        "api.test_confidentiality.test_a_role_reaches_what_its_scope_opens_and_no_firms_figures",
        "access.test_policy.test_routes_and_table_must_agree",
    ],
    "API6 unrestricted access to sensitive business flows": [
        "api.test_evaluations.test_publishing_needs_its_scope_and_happens_once",
        "api.test_entrance.test_another_sites_page_cannot_change_anything",
    ],
    # Only pulls fetch, from where the operator's files say: schemes and coordinate systems are names.
    "API7 server side request forgery": [
        "pulling.test_safety.test_only_listed_origins_are_asked",
        "pulling.test_safety.test_a_listed_name_may_not_lead_inside",
        "pulling.test_safety.test_a_name_with_one_inner_address_is_refused",
        "pulling.test_safety.test_special_addresses_are_known_in_every_form",
        "pulling.test_faults.test_what_asking_again_cannot_mend_is_not_asked_again",  # redirects
        "api.test_evaluations.test_an_evaluation_that_cannot_be_run_is_explained",
        "api.test_batches.test_an_upload_that_cannot_be_used_is_explained",
    ],
    "API8 security misconfiguration": [
        "api.test_entrance.test_the_service_does_not_start_without_a_key",
        "api.test_entrance.test_open_mode_answers_direct_local_requests_only",
        "api.test_http.test_every_answer_is_safe_to_show",
        "api.test_problems.test_what_nobody_foresaw_is_logged_under_an_id_and_not_told",
    ],
    "API9 improper inventory management": [
        "api.test_openapi.test_every_declared_route_is_described",
        "api.test_openapi.test_the_committed_document_is_the_one_served",
    ],
    "API10 unsafe consumption of APIs": [
        "api.test_batches.test_an_archive_cannot_write_outside_its_folder",
        "pulling.test_safety.test_certificates_are_checked",
        "pulling.test_safety.test_a_link_to_another_host_is_not_followed",
        "pulling.test_faults.test_a_fault_that_stays_ends_the_pull",
        "pulling.test_faults.test_a_bomb_is_not_unpacked",
    ],
}


@pytest.mark.parametrize("risk", TOP_TEN)
def test_each_risk_has_tests(risk: str) -> None:
    """A test that is renamed or dropped is missed here."""
    assert TOP_TEN[risk]
    for name in TOP_TEN[risk]:
        module, _, test = name.rpartition(".")
        assert callable(getattr(import_module(f"tests.{module}"), test)), name
