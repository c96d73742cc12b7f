//! What the examples are told: an address, arguments, variables.
#![expect(dead_code, reason = "no example needs all of it")]

use chancery_sdk::Client;
use chancery_sdk::client::Builder;

/// Whatever went wrong.
pub type Failure = Box<dyn std::error::Error>;

/// An argument of the command line.
pub fn argument(index: usize) -> Result<String, String> {
    std::env::args()
        .nth(index)
        .ok_or_else(|| format!("argument {index} is missing: see the top of this example"))
}

/// A variable of the environment.
pub fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("the variable {name} is missing"))
}

/// A line of standard input.
pub fn line() -> Result<String, std::io::Error> {
    let mut text = String::new();
    std::io::stdin().read_line(&mut text)?;
    Ok(text.trim().to_owned())
}

/// A client at the first argument: an address, or a region of the vendor.
pub fn builder() -> Result<Builder, Failure> {
    let place = argument(1)?;
    Ok(if place.contains("://") { Client::at(&place) } else { Client::at_region(&place.parse()?) })
}

/// The same, with the token in `ACCESS_TOKEN`.
pub fn client_with_token() -> Result<Client, Failure> {
    Ok(builder()?.token(variable("ACCESS_TOKEN")?).build()?)
}
