//! Values that depend on a seed and on a position only.

use std::fmt::Write;

/// Kind of value, so that two values of one entity are independent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Customer = 1,
    Holding,
    HoldingId,
    Azure,
    AzureId,
    Meter,
    Reseller,
    Search,
    Referral,
    Profile,
}

/// Sequence of numbers for one position of a stream. The generator is `SplitMix64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mixed(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

impl Random {
    pub(crate) const fn new(seed: u64, stream: Stream, position: u64) -> Self {
        let stream = mixed(seed.wrapping_add((stream as u64).wrapping_mul(STEP)));
        Self(mixed(stream ^ mixed(position.wrapping_add(STEP))))
    }

    pub(crate) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// Returns a number below `limit`, which must not be 0.
    pub(crate) const fn below(&mut self, limit: u64) -> u64 {
        // The high bits: a multiplication instead of a division.
        ((self.number() as u128 * limit as u128) >> 64) as u64
    }

    /// Returns `true` in `percent` of 100 cases.
    pub(crate) const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns a version 4 GUID.
    pub(crate) const fn guid(&mut self) -> Guid {
        let bits = ((self.number() as u128) << 64) | self.number() as u128;
        let version = 0xf << 76;
        let variant = 0x3 << 62;
        Guid((bits & !version & !variant) | (0x4 << 76) | (0x2 << 62))
    }
}

/// GUID of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Guid(pub(crate) u128);

impl Guid {
    /// Parses 32 hexadecimal digits with hyphens.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        uuid::Uuid::try_parse(text)
            .ok()
            .map(|id| Self(id.as_u128()))
    }

    /// Returns the text in lower case, as under `/v1`
    /// ([T52](partner_center_catalog::deviations#t52)).
    pub(crate) fn lower(self) -> String {
        uuid::Uuid::from_u128(self.0).to_string()
    }

    /// Returns the text in upper case, as under `/partner/v1`.
    pub(crate) fn upper(self) -> String {
        let mut text = String::with_capacity(36);
        // Writing to a `String` does not fail.
        let _ = write!(text, "{:X}", uuid::Uuid::from_u128(self.0).hyphenated());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_depend_on_seed_stream_and_position() {
        let first = |seed, stream, position| Random::new(seed, stream, position).number();
        let base = first(1, Stream::Customer, 1);
        assert_eq!(base, first(1, Stream::Customer, 1));
        assert_ne!(base, first(2, Stream::Customer, 1));
        assert_ne!(base, first(1, Stream::Holding, 1));
        assert_ne!(base, first(1, Stream::Customer, 2));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut random = Random::new(1, Stream::Meter, 0);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[random.below(10) as usize] += 1;
        }
        assert!(
            counts.iter().all(|count| (900..1100).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn ids_are_version_4_guids() {
        for position in 0..100 {
            let id = Random::new(1, Stream::Customer, position).guid();
            let uuid = uuid::Uuid::parse_str(&id.lower()).unwrap();
            assert_eq!(
                (uuid.get_version_num(), uuid.get_variant()),
                (4, uuid::Variant::RFC4122)
            );
            assert_eq!(id.upper(), id.lower().to_uppercase());
            assert_eq!(Guid::parse(&id.upper()), Some(id));
        }
    }
}
