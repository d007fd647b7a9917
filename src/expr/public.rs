//! Turns the address ranges that are not public into those that are.
//!
//! An address is public if IANA's registries of special addresses say that
//! it is reachable by everyone; of IPv6 only 2000::/3 is given out.

use core::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};

/// What is not public in IPv4, in order.
const SPECIAL4: [&str; 14] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];

/// What is not public inside 2000::/3, in order; the rest of IPv6 neither.
const SPECIAL6: [&str; 4] =
    ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/// Returns the networks of all public addresses.
pub(super) fn networks() -> Vec<String> {
    let mut networks = Vec::new();
    let mut from = 0_u32;
    for special in SPECIAL4.iter().filter_map(|net| net.parse().ok()) {
        let special: Ipv4Net = special;
        let start = u32::from(special.network());
        networks.extend(gap4(from, start).map(|net| net.to_string()));
        from = u32::from(special.broadcast()).wrapping_add(1);
    }
    let mut from = 0x2000_u128 << 112;
    let specials = SPECIAL6.iter().filter_map(|net| net.parse().ok());
    for special in specials {
        let special: Ipv6Net = special;
        let start = u128::from(special.network());
        networks.extend(gap6(from, start).map(|net| net.to_string()));
        from = u128::from(special.broadcast()).wrapping_add(1);
    }
    let end = 0x4000_u128 << 112;
    networks.extend(gap6(from, end).map(|net| net.to_string()));
    networks
}

/// Returns the networks from `from` up to and without `to`.
fn gap4(from: u32, to: u32) -> impl Iterator<Item = Ipv4Net> {
    let last = to.checked_sub(1).filter(|last| *last >= from);
    last.into_iter().flat_map(move |last| {
        Ipv4Subnets::new(Ipv4Addr::from(from), Ipv4Addr::from(last), 0)
    })
}

fn gap6(from: u128, to: u128) -> impl Iterator<Item = Ipv6Net> {
    let last = to.checked_sub(1).filter(|last| *last >= from);
    last.into_iter().flat_map(move |last| {
        Ipv6Subnets::new(Ipv6Addr::from(from), Ipv6Addr::from(last), 0)
    })
}

#[cfg(test)]
mod tests {
    use core::net::IpAddr;

    use ipnet::IpNet;

    use super::*;

    #[test]
    fn public_is_what_everyone_can_reach() {
        let networks: Vec<IpNet> =
            networks().iter().map(|net| net.parse().unwrap()).collect();
        for (address, expected) in [
            ("1.1.1.1", true),
            ("8.8.8.8", true),
            ("223.255.255.255", true),
            ("172.32.0.1", true),
            ("0.0.0.0", false),
            ("10.255.255.255", false),
            ("172.31.0.1", false),
            ("192.168.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700::1111", true),
            ("2001:db8::1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::1", false),
            ("::ffff:8.8.8.8", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            let found = networks.iter().any(|net| net.contains(&address));
            assert_eq!(found, expected, "{address}");
        }
    }
}
