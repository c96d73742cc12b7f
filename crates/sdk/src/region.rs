//! Where the service is: the vendor's regions, or any other address.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A region of the vendor, known by its domain: the API is at `https://api.<domain>`, logins at `https://login.<domain>`.
///
/// ```
/// use chancery_sdk::Region;
///
/// let region: Region = "eu_west_1".parse()?;
/// assert_eq!(region, Region::EU_WEST_1);
/// assert_eq!(region.domain(), "mypurecloud.ie");
/// // A domain is as good as a name, and so is one that came later.
/// assert_eq!("mypurecloud.ie".parse::<Region>()?, region);
/// # Ok::<(), chancery_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(std::borrow::Cow<'static, str>);

macro_rules! regions {
    ($($name:ident = $domain:literal),* $(,)?) => {
        impl Region {
            $(#[doc = concat!("`", $domain, "`.")]
            pub const $name: Self = Self(std::borrow::Cow::Borrowed($domain));)*
            /// All that this version knows, with their names.
            pub const ALL: &[(&str, Self)] = &[$((stringify!($name), Self::$name)),*];
        }
    };
}

regions! {
    US_EAST_1 = "mypurecloud.com",
    US_EAST_2 = "use2.us-gov-pure.cloud",
    US_WEST_2 = "usw2.pure.cloud",
    CA_CENTRAL_1 = "cac1.pure.cloud",
    MX_CENTRAL_1 = "mxc1.pure.cloud",
    SA_EAST_1 = "sae1.pure.cloud",
    EU_WEST_1 = "mypurecloud.ie",
    EU_WEST_2 = "euw2.pure.cloud",
    EU_CENTRAL_1 = "mypurecloud.de",
    EU_CENTRAL_2 = "euc2.pure.cloud",
    ME_CENTRAL_1 = "mec1.pure.cloud",
    AP_SOUTH_1 = "aps1.pure.cloud",
    AP_SOUTHEAST_1 = "apse1.pure.cloud",
    AP_SOUTHEAST_2 = "mypurecloud.com.au",
    AP_NORTHEAST_1 = "mypurecloud.jp",
    AP_NORTHEAST_2 = "apne2.pure.cloud",
    AP_NORTHEAST_3 = "apne3.pure.cloud",
}

impl Region {
    /// Its domain.
    pub fn domain(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = Error;

    /// A name such as `us_east_1`, in any case and with `-` or `_`; or a domain.
    fn from_str(text: &str) -> Result<Self, Error> {
        let name = text.to_ascii_uppercase().replace('-', "_");
        if let Some((_, region)) = Self::ALL.iter().find(|(known, _)| *known == name) {
            return Ok(region.clone());
        }
        let is_domain = text.contains('.')
            && !text.starts_with('.')
            && !text.ends_with('.')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        if is_domain {
            return Ok(Self(text.to_ascii_lowercase().into()));
        }
        let names: Vec<_> = Self::ALL.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        Err(Error::Invalid(format!(
            "{text:?} is no region. A region is a domain, or one of {}.",
            names.join(", ")
        )))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
