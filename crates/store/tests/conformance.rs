//! One suite that every backend must pass: what `Store` and `Write` promise, whatever keeps the rows.

#![expect(clippy::expect_used, reason = "all of this is test code")]

use std::sync::Arc;

use chancery_cluster::Cluster;
use chancery_store::postgres::Settings;
use chancery_store::{Memory, Postgres, Sqlite, Store};
use tempfile::TempDir;

/// One module a concept. A test that `suite!` does not list is dead code, which the compiler reports.
mod conformance {
    pub mod assertion;
    pub mod atomicity;
    pub mod attempt;
    pub mod audit;
    pub mod change;
    pub mod client;
    pub mod consent;
    pub mod division;
    pub mod family;
    pub mod key;
    pub mod organization;
    pub mod revoked;
    pub mod role;
    pub mod sample;
    pub mod session;
    pub mod sweep;
    pub mod ticket;
    pub mod usage;
    pub mod user;
}

/// Runs the suite against the stores that `$open` makes. It answers an empty store and whatever must outlive it, or nothing where
/// there can be none.
macro_rules! suite {
    ($backend:ident, $open:path) => {
        mod $backend {
            tests! {
                $open;
                organization:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    they_are_listed_oldest_first
                    an_id_is_taken_once
                    a_short_name_is_taken_once
                    settings_that_nobody_chose_read_back
                    replacing_one_changes_name_language_and_settings
                    replacing_one_keeps_everything_else
                    replacing_a_stale_version_conflicts
                    of_64_replacements_of_a_version_one_succeeds
                    authority_advances_from_what_was_read
                    of_64_who_advance_an_authority_one_succeeds
                    an_authority_can_be_required
                    the_store_is_bootstrapped_once
                    of_sixteen_bootstraps_one_succeeds;
                division:
                    they_read_back_by_name
                    an_id_is_taken_once
                    a_name_is_taken_once_in_an_organization
                    replacing_one_changes_name_and_description
                    replacing_one_takes_no_name_of_another
                    replacing_one_that_is_gone_conflicts
                    a_deleted_one_is_listed_apart
                    deleting_one_ends_the_grants_in_it_alone
                    deleting_one_sends_its_users_home
                    deleting_one_that_is_gone_conflicts
                    deleting_one_of_another_organization_conflicts
                    of_64_who_delete_one_one_succeeds
                    restoring_one_brings_it_back_empty
                    restoring_one_that_is_not_deleted_conflicts
                    a_deleted_one_leaves_its_name_to_others
                    its_use_counts_users_and_grants_in_it_alone
                    its_grants_are_listed_oldest_first;
                role:
                    every_field_reads_back_by_name
                    an_id_is_taken_once
                    a_name_is_taken_once_in_an_organization
                    grants_read_back_in_the_order_they_were_granted
                    grants_are_replaced_whole
                    grants_belong_to_the_subject_they_are_written_for
                    a_role_is_held_once_in_a_division
                    grants_are_replaced_within_their_organization
                    a_role_counts_each_of_its_users_once
                    replacing_one_changes_what_can_be_changed
                    replacing_one_keeps_where_it_comes_from
                    replacing_a_stale_version_conflicts
                    replacing_one_takes_no_name_of_another
                    of_64_replacements_of_a_version_one_succeeds
                    deleting_one_takes_it_from_all_who_hold_it
                    deleting_one_that_is_gone_conflicts
                    holders_are_listed_oldest_first
                    a_working_holder_can_act_and_holds_it_everywhere;
                user:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    an_id_is_taken_once
                    an_address_is_taken_once_in_an_organization
                    a_version_can_be_required
                    the_last_token_moves_forward_only
                    a_token_of_a_user_that_is_gone_is_no_conflict
                    one_is_found_by_its_address
                    replacing_one_changes_what_can_be_changed
                    replacing_one_keeps_where_it_comes_from_and_what_is_recorded
                    replacing_a_stale_version_conflicts
                    replacing_one_that_is_gone_conflicts
                    replacing_one_takes_no_address_of_another
                    of_64_replacements_of_a_version_one_succeeds
                    deleting_one_leaves_nothing_to_act_with
                    deleting_one_takes_grants_consents_and_sessions_along
                    deleting_one_that_is_gone_or_changed_conflicts
                    of_64_who_delete_one_one_succeeds
                    a_deleted_one_leaves_its_address_to_others
                    ids_are_listed_by_name_and_then_id
                    ids_are_listed_of_one_state_or_of_all
                    users_come_in_the_order_asked_for_without_the_missing
                    the_last_login_moves_forward_only
                    a_login_of_a_user_that_is_gone_is_no_conflict;
                client:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    the_last_use_of_a_secret_reads_back
                    every_combination_of_grant_types_reads_back
                    an_id_is_taken_once
                    a_secret_id_is_taken_once
                    replacing_one_changes_what_can_be_changed
                    replacing_one_keeps_where_it_comes_from
                    replacing_one_keeps_its_secrets
                    replacing_a_stale_version_conflicts
                    replacing_one_that_is_gone_conflicts
                    of_64_replacements_of_a_version_one_succeeds
                    secrets_are_replaced_whole_and_in_order
                    replacing_secrets_keeps_their_last_use
                    secrets_of_a_client_that_is_gone_conflict_unless_there_are_none
                    a_secret_cannot_take_the_id_of_another_clients
                    deleting_one_takes_its_secrets_and_grants_along
                    deleting_one_that_is_gone_conflicts
                    deleting_one_of_another_organization_conflicts
                    an_id_can_be_used_again_after_deletion
                    a_use_moves_forward_only
                    a_use_of_a_secret_that_is_gone_is_no_conflict
                    ids_are_listed_by_name_and_then_id
                    clients_come_in_the_order_asked_for_without_the_gone
                    only_inactive_clients_that_are_due_are_to_be_deleted
                    at_most_so_many_are_to_be_deleted_the_longest_due_first
                    a_version_can_be_required
                    a_number_of_clients_can_be_required
                    of_64_creations_below_a_limit_of_ten_ten_succeed
                    a_client_is_never_read_half_changed;
                ticket:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    every_ticket_has_a_key_of_its_own
                    the_keys_come_in_the_order_of_the_writes
                    a_key_is_not_made_again_after_its_ticket_was_swept
                    spending_marks_it
                    a_spent_one_cannot_be_spent
                    an_expired_one_cannot_be_spent
                    one_that_does_not_exist_cannot_be_spent
                    of_64_who_spend_it_one_succeeds;
                family:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    every_family_has_a_key_of_its_own
                    one_is_found_by_the_code_that_it_came_of
                    of_64_who_redeem_a_code_one_makes_the_only_family
                    a_second_of_a_code_takes_nothing_else_down
                    a_key_is_not_made_again_after_its_family_was_swept
                    advancing_counts_up
                    another_generation_does_not_advance
                    one_that_began_at_another_moment_does_not_advance
                    a_revoked_one_does_not_advance
                    an_expired_one_does_not_advance
                    one_that_does_not_exist_does_not_advance
                    of_64_who_advance_a_generation_one_succeeds
                    revoking_is_for_good_and_happens_once
                    revoking_one_that_does_not_exist_is_no_conflict
                    a_version_can_be_required
                    its_last_use_moves_forward_only
                    a_use_of_one_that_does_not_exist_is_no_conflict;
                session:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    every_session_has_a_key_of_its_own
                    a_key_is_not_made_again_after_its_session_is_gone
                    they_are_listed_newest_first
                    its_last_use_moves_forward_only
                    a_use_of_one_that_has_ended_is_no_conflict
                    ending_one_ends_it_alone
                    ending_one_that_has_ended_is_no_conflict
                    all_of_a_user_end_but_one
                    one_can_be_required
                    nothing_comes_of_one_that_has_ended_meanwhile;
                consent:
                    every_field_reads_back
                    one_that_does_not_exist_is_not_found
                    there_is_one_of_a_user_and_a_client
                    of_64_who_make_one_one_succeeds
                    they_are_listed_newest_first
                    replacing_one_changes_what_can_be_changed
                    replacing_one_keeps_whose_it_is_and_since_when
                    replacing_a_stale_version_conflicts
                    replacing_one_that_does_not_exist_conflicts
                    of_64_replacements_of_a_version_one_succeeds
                    a_version_can_be_required
                    asking_again_leaves_what_was_allowed
                    a_deleted_client_takes_those_to_it_along;
                audit:
                    every_field_reads_back
                    they_are_listed_newest_first
                    every_entry_has_a_key_of_its_own
                    those_of_other_organizations_are_not_listed
                    pages_lose_none_and_repeat_none
                    a_page_stays_where_it_is_when_others_come
                    at_most_so_many_are_listed
                    a_time_holds_from_its_beginning_until_before_its_end
                    a_kind_covers_itself_and_what_is_below_it
                    all_that_is_wanted_is_wanted_at_once
                    whoever_acted_is_found_by_the_id_alone;
                key:
                    every_field_reads_back
                    an_id_is_taken_once
                    a_deleted_one_is_gone
                    deleting_one_that_is_gone_is_no_conflict;
                assertion:
                    one_is_used_once
                    of_64_uses_at_once_one_counts
                    one_goes_when_it_has_expired;
                attempt:
                    what_was_counted_reads_back
                    what_somebody_else_counted_meanwhile_conflicts
                    of_64_who_count_at_once_one_succeeds
                    what_is_forgotten_goes;
                revoked:
                    every_field_reads_back
                    many_come_in_pages_and_each_once
                    what_has_expired_is_left_out
                    the_later_expiry_is_kept;
                usage:
                    every_field_reads_back
                    the_same_adds_up
                    what_differs_is_counted_apart
                    a_client_that_is_gone_counts_no_more
                    a_deleted_client_takes_its_counts_along
                    the_last_day_does_not_belong_to_what_is_asked_for
                    no_count_of_64_at_once_is_lost;
                sweep:
                    an_empty_store_has_nothing_to_sweep
                    tickets_stay_for_a_day_after_they_expired
                    families_go_when_their_last_token_has_expired
                    sessions_go_when_they_have_expired
                    audit_entries_go_when_they_are_too_old
                    revocations_go_when_they_have_expired
                    counts_stay_for_400_days
                    at_most_so_many_of_each_kind_go
                    everything_else_stays;
                change:
                    a_commit_of_its_own_is_no_change
                    nothing_to_write_is_nothing_done;
                atomicity:
                    a_failed_commit_leaves_nothing_behind
                    writes_see_the_writes_before_them
                    every_commit_of_many_at_once_stands_alone
                    nobody_sees_half_a_commit;
            }
        }
    };
}

macro_rules! tests {
    ($open:path; $($concept:ident: $($test:ident)+;)+) => {$(
        mod $concept {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some((store, _kept)) = $open().await else { return };
                crate::conformance::$concept::$test(std::sync::Arc::clone(&store)).await;
                store.close().await.expect("the store closes");
            }
        )+}
    )+};
}

async fn new_memory() -> Option<(Arc<dyn Store>, ())> {
    Some((Arc::new(Memory::new()), ()))
}

async fn new_sqlite() -> Option<(Arc<dyn Store>, TempDir)> {
    let directory = TempDir::new().expect("a temporary directory");
    let store = Sqlite::open(&directory.path().join("chancery.db")).expect("a new database");
    Some((Arc::new(store), directory))
}

/// In a database of its own; nothing where PostgreSQL is not installed.
async fn new_postgres() -> Option<(Arc<dyn Store>, ())> {
    let url = chancery_cluster::is_installed().then(|| Cluster::shared().database())?;
    let mut settings: Settings = url.parse().expect("a URL");
    settings.connections = 8;
    Some((Arc::new(Postgres::open(&settings).await.expect("a new database")), ()))
}

suite!(memory, crate::new_memory);
suite!(sqlite, crate::new_sqlite);
suite!(postgres, crate::new_postgres);
