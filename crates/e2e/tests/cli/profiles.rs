//! Profiles: several servers, and secrets that nobody else reads.

use std::os::unix::fs::PermissionsExt;

use chancery_e2e::{Output, mode};

use crate::place::{Place, shows};

fn log_in(place: &Place, secret: &str, more: &[&str]) -> Output {
    let args = ["login", "--url", place.server.url(), "--client-id", &place.made.client_id];
    place.hear(secret, &[&args[..], more].concat(), &[])
}

#[test]
fn a_login_is_kept_in_a_file_that_only_its_owner_reads() {
    let place = Place::nobody();
    let output = log_in(&place, &place.made.client_secret, &[]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""), "{output}");
    assert_eq!(output.stderr, "Logged in to \"Chancery\"; kept as the profile default.\n");
    assert_eq!(mode(&place.profiles()), 0o600);
    let path = place.done(&["profile", "path"]);
    assert_eq!(path.trim_end(), place.profiles().to_string_lossy());
    assert!(place.done(&["client", "list"]).contains("Administrator"));
}

#[test]
fn profiles_are_listed_chosen_and_forgotten() {
    let place = Place::start();
    place.log_in(&["--profile", "other"]);
    place.nobody_special("weak");
    shows!(place.session(&[
        &["profile", "list"],
        &["profile", "use", "other"],
        &["profile", "list"],
        &["client", "list", "--profile", "weak"],
        &["profile", "use", "nothing"],
        &["client", "list", "--profile", "nothing"],
        &["logout", "--profile", "weak"],
        &["logout"],
        &["client", "list"],
        &["profile", "list", "--query", "[].name"],
        &["logout", "--profile", "default"],
        &["profile", "list"],
        &["profile", "use", "default"],
    ]));
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let place = Place::start();
    for wide in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(place.profiles(), PermissionsExt::from_mode(wide)).expect("a mode");
        let said = place.refused(1, &["client", "list"]);
        assert!(said.contains("Others can read") && said.contains("chmod 600"), "{said}");
    }
    std::fs::set_permissions(place.profiles(), PermissionsExt::from_mode(0o600)).expect("a mode");
    place.done(&["client", "list"]);
}

#[test]
fn a_broken_file_is_refused_by_its_line_and_its_secrets_are_not_repeated() {
    let place = Place::start();
    let good = std::fs::read_to_string(place.profiles()).expect("the profiles");
    let secret = &*place.made.client_secret;
    for (broken, line) in [
        (good.replace(&format!("\"{secret}\""), secret), "line 6"),
        (good.replace("client_secret = ", "client_secret "), "line 6"),
        (format!("unknown = 1\n{good}"), "line 1"),
        (good.replace("client_secret", "secret"), "line"),
    ] {
        std::fs::write(place.profiles(), broken).expect("is written");
        for args in [&["client", "list"][..], &["profile", "list"], &["logout"]] {
            let said = place.refused(1, args);
            assert!(said.contains("is no file of profiles") && said.contains(line), "{said}");
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[test]
fn a_secret_that_is_wrong_is_not_kept_and_not_repeated() {
    let place = Place::nobody();
    let output = log_in(&place, "a-secret-that-is-wrong", &[]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(!place.profiles().exists());
    shows!(output.stderr);
}

#[test]
fn a_login_without_a_secret_says_where_it_can_come_from() {
    let place = Place::nobody();
    let output = log_in(&place, "", &[]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("CHANCERY_CLIENT_SECRET, or give it on standard input"), "{output}");
    let args = ["login", "--url", place.server.url(), "--client-id", &place.made.client_id];
    let output = place.hear("", &args, &[("CHANCERY_CLIENT_SECRET", &place.made.client_secret)]);
    assert_eq!(output.code, Some(0), "{output}");
}

#[test]
fn variables_name_a_server_and_who_calls_without_any_profile() {
    let place = Place::nobody();
    let (url, token) = (place.server.url(), place.server.token());
    let made = &place.made;
    let client = [
        ("CHANCERY_URL", url),
        ("CHANCERY_CLIENT_ID", &made.client_id),
        ("CHANCERY_CLIENT_SECRET", &made.client_secret),
    ];
    for env in [&[("CHANCERY_URL", url), ("CHANCERY_TOKEN", &token)][..], &client] {
        let output = place.hear("", &["client", "list"], env);
        assert_eq!(output.code, Some(0), "{output}");
        assert!(output.stdout.contains("Administrator"), "{output}");
    }
    for env in [&client[..2], &[client[0], client[2]], &client[..1]] {
        let output = place.hear("", &["client", "list"], env);
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.stderr.contains("set CHANCERY_TOKEN, or CHANCERY_CLIENT_ID and"), "{output}");
    }
    assert!(!place.profiles().exists(), "nothing is kept");
}

#[test]
fn a_profile_and_an_address_contradict_each_other() {
    let place = Place::start();
    let said = place.refused(1, &["client", "list", "--profile", "default", "--url", place.server.url()]);
    assert!(said.contains("A profile names its server"), "{said}");
    place.refused(2, &["client", "list", "--region", "eu_west_1", "--url", place.server.url()]);
}

#[test]
fn regions_of_the_vendor_are_profiles_too() {
    let place = Place::start();
    let said = place.refused(2, &["login", "--region", "atlantis", "--client-id", "x"]);
    assert!(said.contains("\"atlantis\" is no region") && said.contains("eu_west_1"), "{said}");
    place.refused(2, &["client", "list", "--region", "atlantis"]);

    let with = |server: &str| {
        let text = format!(
            "default = \"far\"\n[profiles.far]\n{server}\nclient_id = \"x\"\nclient_secret = \"y\"\n"
        );
        std::fs::write(place.profiles(), text).expect("is written");
    };
    with("region = \"mypurecloud.ie\"");
    let far = place.part(&["profile", "list"], "[0]");
    assert_eq!((&far["server"], &far["as"]), (&"mypurecloud.ie".into(), &"client".into()));
    with("region = \"atlantis\"");
    let said = place.refused(1, &["client", "list"]);
    assert!(said.contains("no region"), "{said}");
    with("");
    assert!(place.refused(1, &["client", "list"]).contains("make it anew"), "no server");
}
