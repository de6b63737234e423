//! Rows of the listing, which every program must write.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Number of rows of a full page, as the service sends it.
pub(super) const PAGE: u64 = 10_000;

/// Names of the text columns, in the order of the documentation.
pub(super) const TEXTS: [&str; 8] = [
    "processedDateTime",
    "serviceCode",
    "serviceName",
    "channel",
    "customerTenantId",
    "customerName",
    "productId",
    "productName",
];

/// Names of the columns with whole numbers, which follow the text columns.
pub(super) const NUMBERS: [&str; 2] = ["licensesDeployed", "licensesSold"];

/// Names of customers; `#` is replaced by a number.
const CUSTOMERS: [&str; 6] = [
    "CONTOSO CUSTOMER #",
    "Fabrikam #, Inc.",
    "Bäckerei Müller & Söhne # GmbH",
    "The \"Northwind\" Traders, No. #",
    "日本 商事 # 株式会社",
    "O'Brien \\ Partners # 😀",
];

const PRODUCTS: [&str; 4] = [
    "OFFICE 365 ENTERPRISE E#",
    "DYNAMICS 365 PLAN, TIER #",
    "19\" SURFACE HUB LICENCE #",
    "EXCHANGE ONLINE (PLAN #)",
];

/// Rows of commercial licences. The same seed gives the same rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) seed: u64,
    pub(super) count: u64,
}

/// Returns the names of all columns.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    TEXTS.into_iter().chain(NUMBERS)
}

impl Rows {
    /// Returns the values of a row, one per column. Every 50th product has no name.
    pub(super) fn row(self, number: u64) -> [Value; TEXTS.len() + NUMBERS.len()] {
        let customer = number / 4;
        let bits = mixed(self.seed ^ number.wrapping_mul(2));
        let customer_bits = mixed(self.seed ^ (customer.wrapping_mul(2) + 1));
        let choose = |names: &[&str], bits: u64, number: u64| {
            let name = names.get(usize::try_from(bits % 97).unwrap_or(0) % names.len());
            name.unwrap_or(&"#").replace('#', &number.to_string())
        };
        let (code, service) = match bits % 3 {
            0 => ("crm", "Microsoft Dynamics"),
            _ => ("o365", "Microsoft Office 365"),
        };
        let product = bits >> 32 & 0x3f;
        [
            Value::from(format!("2018-10-{:02}T00:00:00", 1 + (bits >> 8) % 28)),
            Value::from(code),
            Value::from(service),
            Value::from("reseller"),
            Value::from(format!(
                "{:08X}-B14E-4888-967B-{:012X}",
                customer_bits >> 32,
                customer_bits & 0xffff_ffff_ffff
            )),
            Value::from(choose(&CUSTOMERS, customer_bits, customer)),
            Value::from(format!("54B84594-8CD0-4A8C-8A4E-{product:012X}")),
            match bits >> 16 & 0xff {
                0..=4 => Value::Null,
                _ => Value::from(choose(&PRODUCTS, product, product % 5)),
            },
            Value::from((bits >> 24) % 300),
            Value::from((bits >> 40) % 5_000),
        ]
    }

    /// Returns the number of pages.
    pub(super) fn pages(self) -> u64 {
        self.count.div_ceil(PAGE)
    }

    /// Writes each page to a separate file. No page is kept in memory, because this process must stay
    /// small; see [`super::programs`].
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub(super) fn write_pages(self, folder: &Path) -> io::Result<()> {
        for page in 0..self.pages() {
            let mut file = BufWriter::new(File::create(page_file(folder, page))?);
            let first = page * PAGE;
            let end = self.count.min(first + PAGE);
            file.write_all(b"{\"Value\":[")?;
            for number in first..end {
                let mut separator = if number == first { "{" } else { ",{" };
                for (name, value) in columns().zip(self.row(number)) {
                    write!(file, "{separator}\"{name}\":{value}")?;
                    separator = ",";
                }
                file.write_all(b"}")?;
            }
            // The link is relative to the address of the page, as documented.
            let link = match end < self.count {
                true => format!("\"license?skip={end}\""),
                false => "null".to_owned(),
            };
            let count = self.count;
            write!(file, "],\"@nextLink\":{link},\"TotalCount\":{count}}}")?;
            file.flush()?;
        }
        Ok(())
    }
}

/// Returns the path of the file of a page.
pub(super) fn page_file(folder: &Path, page: u64) -> PathBuf {
    folder.join(format!("{page:06}.json"))
}

/// Returns a pseudorandom number for `number` (SplitMix64).
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_rows_and_rows_differ() {
        let rows = |seed| Rows { seed, count: 1_000 };
        let texts = |seed| (0..1_000).map(move |n| Value::from(rows(seed).row(n).to_vec()));
        assert!(texts(1).eq(texts(1)));
        assert!(!texts(1).eq(texts(2)));
        let all: Vec<String> = texts(1).map(|row| row.to_string()).collect();
        for needed in ["\\\"", ", ", "ü", "日", "😀", "\\\\", "null"] {
            assert!(all.iter().any(|row| row.contains(needed)), "{needed}");
        }
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert!(different.len() > 990, "{}", different.len());
    }

    #[test]
    fn pages_contain_all_rows_and_link_to_the_next_page() {
        let folder = tempfile::tempdir().unwrap();
        let rows = Rows {
            seed: 1,
            count: PAGE + 1,
        };
        rows.write_pages(folder.path()).unwrap();
        let page = |number| -> Value {
            let text = std::fs::read(page_file(folder.path(), number)).unwrap();
            serde_json::from_slice(&text).unwrap()
        };
        let (first, last) = (page(0), page(1));
        assert_eq!(first["Value"].as_array().unwrap().len(), 10_000);
        assert_eq!(first["@nextLink"], "license?skip=10000");
        assert_eq!(last["Value"].as_array().unwrap().len(), 1);
        assert_eq!(last["@nextLink"], Value::Null);
        assert_eq!(last["TotalCount"], 10_001);
        assert_eq!(
            last["Value"][0]["customerName"],
            rows.row(PAGE)[5],
            "{last}"
        );
    }
}
