//! Values that the standard types of a file do not say precisely enough.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A time limit: whole seconds, 1 to 3600.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "u64", into = "u16")]
pub struct Seconds(u16);

impl Seconds {
    /// For limits that are known to be good.
    pub(super) const fn fixed(seconds: u16) -> Self {
        Self(seconds)
    }
}

impl TryFrom<u64> for Seconds {
    type Error = &'static str;

    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        let fits = u16::try_from(seconds).ok().filter(|seconds| (1..=3600).contains(seconds));
        fits.map(Self).ok_or("a time limit has 1 to 3600 seconds")
    }
}

impl FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<u64>().map_err(|_| "a time limit is a number of seconds")?.try_into()
    }
}

impl From<Seconds> for u16 {
    fn from(seconds: Seconds) -> Self {
        seconds.0
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0.into())
    }
}

/// Addresses: one of them, or a block in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(pub IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse()
            .or_else(|_| alone())
            .map(Self)
            .map_err(|_| "it is neither an address nor a block in CIDR notation")
    }
}

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_is_neither_nothing_nor_endless() {
        for (text, good) in
            [("1", true), ("3600", true), ("0", false), ("3601", false), ("-1", false), ("1s", false)]
        {
            assert_eq!(text.parse::<Seconds>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn an_address_alone_is_a_block_of_one() {
        let shown = |text: &str| text.parse::<Network>().map(|it| it.to_string());
        assert_eq!(shown("10.0.0.0/8").as_deref(), Ok("10.0.0.0/8"));
        assert_eq!(shown("192.0.2.7").as_deref(), Ok("192.0.2.7/32"));
        assert_eq!(shown("::1").as_deref(), Ok("::1/128"));
        assert!(shown("10.0.0.0/33").is_err() && shown("proxy.example").is_err());
    }
}
