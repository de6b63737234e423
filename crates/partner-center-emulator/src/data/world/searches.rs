//! Searches that led to the partner.

use std::ops::ControlFlow;

use crate::data::{
    calendar::{Day, Moment},
    table::{Batches, Cell, Column, Key, Table},
    world::{
        World,
        customers::market,
        names::{CUSTOMERS, MARKETS},
        random::{Random, Stream},
    },
};

/// MPN id of the partner, a number on the wire ([T47](partner_center_catalog::deviations#t47)).
const MPN_ID: u64 = 2_604_568;

/// Searches of all processed days.
#[derive(Debug)]
pub(crate) struct Searches<'w> {
    world: &'w World,
    first: Day,
    last: Day,
}

static COLUMNS: [Column; 15] = [
    Column::coded("companyName"),
    Column::coded("contactButtonClicked"),
    Column::coded("keywordCountry"),
    Column::coded("detailsViewed"),
    Column::coded("keywordIndustryFocus"),
    Column::coded("mpnId"),
    Column::coded("partnerMarket"),
    Column::coded("keywordProduct"),
    Column::coded("referralSubmitted"),
    Column::coded("searchDate"),
    Column::coded("keywordSearchText"),
    Column::count("searchResultPageViews").only_grouped(),
    Column::count("contactClicks").only_grouped(),
    Column::count("referralCount").only_grouped(),
    Column::count("profileViews").only_grouped(),
];

const INDUSTRIES: [&str; 6] = [
    "",
    "Health",
    "Retail",
    "Education",
    "Manufacturing",
    "Government",
];
const PRODUCTS: [&str; 6] = [
    "",
    "Azure",
    "Office 365",
    "Dynamics 365",
    "Power BI",
    "Windows",
];
/// The leading space of the first text is documented.
const TEXTS: [&str; 6] = [
    " my company",
    "contoso",
    "cloud migration",
    "Lizenzen \"E3\"",
    "fabrikam, inc",
    "テナント",
];

/// Values of one search.
struct Search {
    company: u32,
    country: u32,
    industry: u32,
    product: u32,
    text: u32,
    market: u32,
    viewed: bool,
    clicked: bool,
    submitted: bool,
}

impl<'w> Searches<'w> {
    pub(crate) fn new(world: &'w World, first: Day, last: Day) -> Self {
        Self { world, first, last }
    }

    /// Returns the number of searches of a day.
    fn of_day(&self, day: Day) -> u16 {
        let mut random = Random::new(self.world.settings.seed, Stream::Search, day.0 as u64);
        let busiest = (4 + self.world.settings.customers / 25).min(200);
        random.below(u64::from(busiest)) as u16
    }

    fn search(&self, key: Key) -> Search {
        let day = self.first.plus(i32::from(key.day));
        let position = (1 << 40) + ((day.0 as u64) << 16) + u64::from(key.part);
        let mut random = Random::new(self.world.settings.seed, Stream::Search, position);
        let mut code = |count: usize| random.below(count as u64) as u32;
        let (company, country) = (code(CUSTOMERS.len()), code(MARKETS.len() * 2));
        let (industry, product) = (code(INDUSTRIES.len()), code(PRODUCTS.len()));
        let (text, market) = (code(TEXTS.len()), code(MARKETS.len()));
        // Each step needs the one before it.
        let viewed = random.chance(60);
        let clicked = viewed && random.chance(40);
        let submitted = clicked && random.chance(50);
        Search {
            company,
            country,
            industry,
            product,
            text,
            market,
            viewed,
            clicked,
            submitted,
        }
    }
}

impl Table for Searches<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        for offset in 0..=self.last.since(self.first) {
            let day = offset as u16;
            for part in 0..self.of_day(self.first.plus(offset)) {
                let key = Key {
                    entity: 0,
                    part,
                    day,
                };
                if batches.push(key).is_break() {
                    return;
                }
            }
        }
        let _ = batches.flush();
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        codes.extend(keys.iter().map(|key| {
            let search = self.search(*key);
            match column {
                0 => search.company,
                1 => u32::from(search.clicked),
                2 => search.country,
                3 => u32::from(search.viewed),
                4 => search.industry,
                6 => search.market,
                7 => search.product,
                8 => u32::from(search.submitted),
                9 => u32::from(key.day),
                10 => search.text,
                _ => 0,
            }
        }));
    }

    fn code_count(&self, column: usize) -> usize {
        match column {
            0 => CUSTOMERS.len(),
            1 | 3 | 8 => 2,
            2 => MARKETS.len() * 2,
            4 => INDUSTRIES.len(),
            6 => MARKETS.len(),
            7 => PRODUCTS.len(),
            9 => usize::from(self.world.settings.days) + 1,
            10 => TEXTS.len(),
            _ => 1,
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        let of = |words: &[&'static str]| match words.get(code as usize) {
            Some(&"") | None => Cell::Null,
            Some(word) => Cell::text(word),
        };
        match column {
            0 => of(&CUSTOMERS),
            1 | 3 | 8 => Cell::Boolean(code == 1),
            // Half of the searches name no country.
            2 => match market(code) {
                "" => Cell::Null,
                country => Cell::text(country),
            },
            4 => of(&INDUSTRIES),
            5 => Cell::Number(MPN_ID),
            6 => Cell::text(market(code)),
            7 => of(&PRODUCTS),
            9 => Cell::Time(Moment::day_only(self.first.plus(code as i32))),
            10 => of(&TEXTS),
            _ => Cell::Null,
        }
    }

    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        numbers.extend(keys.iter().map(|key| {
            let search = self.search(*key);
            i64::from(match column {
                12 => search.clicked,
                13 => search.submitted,
                14 => search.viewed,
                _ => true,
            })
        }));
    }
}
