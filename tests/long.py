"""Tests that take long and are not needed with every change: `make test FULL=1` runs them too. Beginnings of node ids.

Of the browser tests these are the ones whose way through the console another test goes as well (`test_story.py` above
all), or which are about comfort. What goes wrong in a shift, and who may see what, is never among them.
"""

from __future__ import annotations

_BROWSER = {
    "alerts": (
        "test_from_raised_to_the_card_on_the_screen",
        "test_dismissing_with_a_reason_feeds_the_rate",
        "test_escalating_opens_an_incident_and_joins_one",
        "test_the_clip_loops_with_the_zone_over_it",
        "test_a_long_queue_scrolls_and_holds_its_place",
    ),
    "first_run": ("test_the_demo_cameras_appear_and_record",),
    "health": (
        "test_add_a_person_change_and_disable_them",
        "test_a_second_factor_from_setting_it_up_to_logging_in",
        "test_the_audit_pages_back",
    ),
    "incidents": ("test_from_a_call_to_a_verified_package", "test_the_log_and_the_report"),
    "map": (
        "test_a_camera_at_the_edge_stays_in_view_when_its_picture_docks",
        "test_far_away_cameras_are_drawn_together_and_a_click_opens_them",
        "test_placing_by_drag_by_numbers_and_against_somebody_else",
        "test_calibrating_by_pairs_and_tracks_move",
        "test_districts_of_the_agency",
        "test_many_cameras_pan_and_zoom",
    ),
    "playback": (
        "test_three_cameras_play_in_step",
        "test_frame_steps_move_one_frame",
        "test_sixteen_times_plays_keyframes_alone",
        "test_bookmarks_and_marks",
        "test_next_and_previous_event",
        "test_the_end_of_the_recording_leads_to_live",
        "test_keys_zoom_and_english",
    ),
    "setup": (
        "test_from_nothing_to_recording",
        "test_a_device_is_discovered_and_added",
        "test_a_recorder_with_its_channels",
        "test_in_english_and_light",
    ),
    "wall": (
        "test_by_mouse_a_camera_is_dragged_on_and_tiles_swapped",
        "test_saved_walls_are_found_again_shared_and_deleted",
        "test_a_tour_turns_pages_and_stands_still_when_paused",
    ),
}

# Films whose kinds are seen by their tests on drawn tracks as well; the short ones of each group always run.
_FILMS = (
    "crashes",
    "pulls up",
    "queues",
    "three wait",
    "meet",
    "pass each other",
    "surround",
    "walk past",
    "goes round",
    "comes back",
    "flees",
    "drives off",
    "fight",
    "talk",
    "leaves it",
    "keeps it",
    "along the street",
    "keeps to it",
    "paint",
    "dusk",
    "waits",
)

LONG = (
    "tests/link/test_up.py",
    "tests/link/test_cluster.py",
    "tests/federation/test_faults.py",
    "tests/federation/test_restore.py::test_a_site_of_yesterday",
    "tests/e2e/test_bad_conditions.py::test_an_8k_camera_is_recorded_and_watched_beside_an_ordinary_one",
    "tests/operate/test_deploy.py",
    "tests/operate/test_hub_backup.py",
    "tests/e2e/test_rules_live.py",
    *(
        f"tests/site/rules/test_rules_films.py::test_a_film_has_the_events_of_its_script_and_no_other[{name}]"
        for name in _FILMS
    ),
    "tests/site/rules/test_rules_same_everywhere.py::test_chunks_and_pickling_change_nothing",
    "tests/desk/test_matrix.py::test_every_row_answers_alike_on_postgresql",
    *(f"tests/browser/test_{screen}.py::{name}" for screen, names in _BROWSER.items() for name in names),
)
