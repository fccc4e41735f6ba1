"""What people can do on a screen, a program can do too; where it cannot, there is a reason."""

from __future__ import annotations

import pytest

from jiuzhou.web.api.root import endpoints
from web_routes import routes

ENDPOINTS = {operation.view_func.__name__ for _, _, operation in endpoints()}
SAME: dict[str, set[str]] = {
    "accounts:add_token": {"create_token"},
    "accounts:end_token": {"revoke_token"},
    "accounts:rotate_token": {"rotate_token"},
    "assign:answer": {"answer_appeal"},
    "assign:appeal": {"create_appeal"},
    "assign:check": {"check_rules"},
    "assign:decide": {"decide_approval"},
    "assign:edit": {"submit_rules"},
    "assign:reassign": {"reassign_customer", "reassign_customers", "read_receivers"},
    "assign:restore": {"restore_rules"},
    "assign:withdraw": {"withdraw_rules"},
    "customers:consents": {"create_consent", "list_consents"},
    "customers:duplicate-judge": {"judge_duplicate"},
    "customers:duplicate-merge": {"merge_customers"},
    "customers:duplicates-compare": {"start_run"},
    "customers:duplicates-merge-all": {"merge_all_duplicates"},
    "customers:edit": {"edit_customer"},
    "customers:export": {"export_customers", "read_export"},
    "customers:feed-change": {"change_feed"},
    "customers:feed-look": {"look_at_feed"},
    "customers:feed-new": {"create_feed"},
    "customers:feed-remove": {"remove_feed"},
    "customers:feed-switch": {"change_feed"},
    "customers:import": {"create_import", "list_imports"},
    "customers:import-apply": {"apply_import"},
    "customers:import-check": {"check_import"},
    "customers:import-choose": {"map_import"},
    "customers:import-correct": {"correct_import", "list_rejects", "read_error_file"},
    "customers:import-forget": {"correct_import"},
    "customers:import-give-up": {"give_up_import"},
    "customers:import-mend": {"correct_import"},
    "customers:import-undo": {"undo_import"},
    "customers:quality-measure": {"start_run"},
    "customers:sample-answer": {"answer_sample_item", "read_sample_item", "list_sample_items"},
    "customers:sample-apply": {"apply_one_sample"},
    "customers:sample-close": {"close_one_sample"},
    "customers:sample-new": {"create_sample", "list_samples", "read_sample"},
    "customers:merge-undo": {"undo_merge"},
    "customers:new": {"create_customer", "check_company"},
    "customers:note": {"create_note"},
    "customers:registration_days": {"set_registration_days"},
    "customers:registration_extend": {"extend_registration"},
    "customers:registration_grant": {"grant_registration"},
    "customers:registration_new": {"create_registration", "check_company"},
    "customers:registration_refuse": {"refuse_registration"},
    "customers:registration_withdraw": {"withdraw_registration"},
    "inbox:decide": {"decide_approval"},
    "inbox:read_all": {"read_notices"},
    "jobs:cancel": {"cancel_run"},
    "jobs:enough": {"end_run"},
    "jobs:retry": {"retry_run"},
    "jobs:schedule": {"set_schedule"},
    "jobs:switch": {"set_schedule"},
    "jobs:verify": {"verify_audit"},
    "monitor:alert_state": {"snooze_alert", "handle_alert", "reopen_alert"},
    "monitor:competitor_correct": {"create_competitor_statement"},
    "monitor:competitor_new": {"create_competitor_statement"},
    "monitor:competitor_withdraw": {"withdraw_competitor_statement"},
    "monitor:market_correct": {"create_market_statement"},
    "monitor:market_new": {"create_market_statement"},
    "monitor:market_withdraw": {"withdraw_market_statement"},
    "plan:answer": {"answer_remark"},
    "plan:approve": {"approve_plan"},
    "plan:archive": {"archive_plan"},
    "plan:fork": {"fork_plan"},
    "plan:import": {"import_plan"},
    "plan:lock-territory": {"lock_territory"},
    "plan:move": {"preview_move", "move_customers"},
    "plan:move-all": {"move_territory"},
    "plan:new": {"draft_plan", "solve_plan"},
    "plan:publish": {"publish_plan"},
    "plan:redo": {"redo_step"},
    "plan:remark": {"create_remark", "create_objection"},
    "plan:rename": {"rename_plan"},
    "plan:rename-territory": {"rename_territory"},
    "plan:restore": {"restore_plan"},
    "plan:return": {"return_plan"},
    "plan:revert": {"revert_plan"},
    "plan:roll-back": {"roll_back_plan"},
    "plan:submit": {"submit_plan"},
    "plan:undo": {"undo_step"},
    "plan:withdraw": {"withdraw_plan"},
    "service:action": {"finish_action", "dismiss_action", "postpone_action", "reopen_action"},
    "customers:survey": {"create_survey_links"},
    "service:survey_links": {"create_survey_links"},
    "service:survey_new": {"create_survey"},
    "service:survey_state": {"close_survey", "reopen_survey"},
    "service:visit": {"finish_visit", "dismiss_visit", "postpone_visit", "reopen_visit"},
    "settings:privacy_download": {"read_personal_data"},
    "settings:privacy_erase": {"erase_person"},
    "settings:privacy_retention": {"set_retention", "read_retention"},
    "settings:new_policy": {"publish_policy"},
    "settings:bring_regions": {"bring_own_regions"},
    "settings:remove_regions": {"remove_own_regions"},
    "settings:remove_webhook": {"delete_webhook"},
    "settings:replace_regions": {"replace_own_regions"},
    "settings:switch_webhook": {"set_webhook"},
    "settings:webhooks": {"create_webhook"},
    "team:absences": {"create_absence", "delete_absence"},
}
"""Page → the endpoints that do the same."""

ONLY_PEOPLE = ("user.write", "role.write", "grant.write", "organisation.write", "account.write", "")
"""Verbs of pages that no program needs: who may enter and see what, the company itself, one's own log-in."""
OF_THE_SCREEN = {
    "customers:keep": "a kept view is an address of the screen",
    "customers:drop": "a kept view is an address of the screen",
    "settings:standins": "who stands in sees customers: a matter of people, as roles are",
    "settings:end_standin": "who stands in sees customers: a matter of people, as roles are",
}
PAGES = [route for route in routes() if not route.is_api and "POST" in route.methods]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_what_a_screen_does_an_endpoint_does_or_there_is_a_reason(page) -> None:  # type: ignore[no-untyped-def]
    if page.name in SAME:
        assert SAME[page.name] <= ENDPOINTS
        return
    assert page.name in OF_THE_SCREEN or page.door.verb in ONLY_PEOPLE, f"{page.address}: no endpoint, and no reason"
