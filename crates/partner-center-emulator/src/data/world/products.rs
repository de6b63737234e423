//! Products, services and workloads of the synthetic data.
//!
//! Names, part numbers and ids resemble those of Microsoft's public list of licences, so that reports
//! look familiar. Which workloads and services they belong to is simplified.

/// Online service that products belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// Workload whose usage is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Workload {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// Typical share of the licences in use, in percent.
    pub(crate) adoption: u32,
}

pub(crate) static SERVICES: [Service; 4] = [
    Service {
        code: "o365",
        name: "Microsoft Office 365",
    },
    Service {
        code: "crm",
        name: "Microsoft Dynamics",
    },
    Service {
        code: "ems",
        name: "Enterprise Mobility + Security",
    },
    Service {
        code: "powerbi",
        name: "Microsoft Power BI",
    },
];

pub(crate) static WORKLOADS: [Workload; 9] = [
    Workload {
        code: "EXO",
        name: "Exchange",
        adoption: 82,
    },
    Workload {
        code: "SPO",
        name: "SharePoint",
        adoption: 48,
    },
    Workload {
        code: "SFB",
        name: "Skype For Business",
        adoption: 12,
    },
    Workload {
        code: "TEAMS",
        name: "Microsoft Teams",
        adoption: 71,
    },
    Workload {
        code: "ODB",
        name: "OneDrive for Business",
        adoption: 55,
    },
    Workload {
        code: "CRM",
        name: "Microsoft Dynamics CRM",
        adoption: 63,
    },
    Workload {
        code: "INTUNE",
        name: "Microsoft Intune",
        adoption: 38,
    },
    Workload {
        code: "AADP",
        name: "Azure Active Directory Premium",
        adoption: 66,
    },
    Workload {
        code: "PBI",
        name: "Power BI",
        adoption: 41,
    },
];

const EXO: u8 = 0;
const SPO: u8 = 1;
const SFB: u8 = 2;
const TEAMS: u8 = 3;
const ODB: u8 = 4;
const CRM: u8 = 5;
const INTUNE: u8 = 6;
const AADP: u8 = 7;
const PBI: u8 = 8;

/// Product with its SKU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Earlier name, used until the product was renamed.
    pub(crate) earlier_name: Option<&'static str>,
    pub(crate) part_number: &'static str,
    /// Value of `subscriptionType`.
    pub(crate) family: &'static str,
    /// Index in [`SERVICES`].
    pub(crate) service: u8,
    /// Indices in [`WORKLOADS`].
    pub(crate) workloads: &'static [u8],
    /// How often customers buy the product, relative to the others.
    pub(crate) weight: u32,
    /// Typical number of seats in percent of the size of the customer.
    pub(crate) seats: u32,
    pub(crate) kind: ProductKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProductKind {
    /// Paid for per seat.
    Seats,
    /// Free trial with a million seats.
    Trial,
    /// Licence of a group that other programs manage, `group2`.
    SecondGroup,
}

impl Product {
    const fn new(
        id: &'static str,
        name: &'static str,
        part_number: &'static str,
        family: &'static str,
        service: u8,
        workloads: &'static [u8],
    ) -> Self {
        Self {
            id,
            name,
            earlier_name: None,
            part_number,
            family,
            service,
            workloads,
            weight: 4,
            seats: 60,
            kind: ProductKind::Seats,
        }
    }

    const fn bought(self, weight: u32, seats: u32) -> Self {
        Self {
            weight,
            seats,
            ..self
        }
    }

    const fn renamed_from(self, earlier: &'static str) -> Self {
        Self {
            earlier_name: Some(earlier),
            ..self
        }
    }

    const fn of_kind(self, kind: ProductKind) -> Self {
        Self { kind, ..self }
    }
}

const MAIL: &[u8] = &[EXO];
const OFFICE: &[u8] = &[EXO, SPO, SFB, TEAMS, ODB];
const FILES: &[u8] = &[SPO, ODB];

pub(crate) static PRODUCTS: [Product; 20] = [
    Product::new(
        "3b555118-da6a-4418-894f-7df1e2096870",
        "MICROSOFT 365 BUSINESS BASIC",
        "O365_BUSINESS_ESSENTIALS",
        "Office",
        0,
        OFFICE,
    )
    .renamed_from("OFFICE 365 BUSINESS ESSENTIALS")
    .bought(12, 80),
    Product::new(
        "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
        "MICROSOFT 365 BUSINESS STANDARD",
        "O365_BUSINESS_PREMIUM",
        "Office",
        0,
        OFFICE,
    )
    .renamed_from("OFFICE 365 BUSINESS PREMIUM")
    .bought(12, 70),
    Product::new(
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "MICROSOFT 365 BUSINESS PREMIUM",
        "SPB",
        "M365",
        0,
        &[EXO, SPO, TEAMS, ODB, INTUNE, AADP],
    )
    .bought(9, 60),
    Product::new(
        "4b9405b0-7788-4568-add1-99614e613b69",
        "EXCHANGE ONLINE (PLAN 1)",
        "EXCHANGESTANDARD",
        "Office",
        0,
        MAIL,
    )
    .bought(8, 30),
    Product::new(
        "19ec0d23-8335-4cbd-94ac-6050e30712fa",
        "EXCHANGE ONLINE (PLAN 2)",
        "EXCHANGEENTERPRISE",
        "Office",
        0,
        MAIL,
    )
    .bought(3, 20),
    Product::new(
        "1fc08a02-8b3d-43b9-831e-f76859e04e1a",
        "SHAREPOINT ONLINE (PLAN 1)",
        "SHAREPOINTSTANDARD",
        "Office",
        0,
        FILES,
    )
    .bought(3, 20),
    Product::new(
        "6fd2c87f-b296-42f0-b197-1e91e994b900",
        "OFFICE 365 ENTERPRISE E3",
        "ENTERPRISEPACK",
        "Office",
        0,
        OFFICE,
    )
    .bought(6, 90),
    Product::new(
        "c7df2760-2c81-4ef7-b578-5b5392b571df",
        "OFFICE 365 ENTERPRISE E5",
        "ENTERPRISEPREMIUM",
        "Office",
        0,
        &[EXO, SPO, SFB, TEAMS, ODB, PBI],
    )
    .bought(2, 40),
    Product::new(
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        "MICROSOFT 365 E3",
        "SPE_E3",
        "M365",
        0,
        &[EXO, SPO, TEAMS, ODB, INTUNE, AADP],
    )
    .bought(4, 85),
    Product::new(
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        "MICROSOFT 365 E5",
        "SPE_E5",
        "M365",
        0,
        &[EXO, SPO, TEAMS, ODB, INTUNE, AADP, PBI],
    )
    .bought(2, 50),
    Product::new(
        "66b55226-6b4f-492c-910c-a3b7a3c9d993",
        "MICROSOFT 365 F3",
        "SPE_F1",
        "M365",
        0,
        &[EXO, TEAMS, INTUNE],
    )
    .bought(2, 120),
    Product::new(
        "710779e8-3d4a-4c88-adb9-386c958d1fdf",
        "MICROSOFT TEAMS EXPLORATORY",
        "TEAMS_EXPLORATORY",
        "Office",
        0,
        &[TEAMS, SPO],
    )
    .bought(2, 0)
    .of_kind(ProductKind::Trial),
    Product::new(
        "efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
        "ENTERPRISE MOBILITY + SECURITY E3",
        "EMS",
        "EMS",
        2,
        &[INTUNE, AADP],
    )
    .renamed_from("ENTERPRISE MOBILITY SUITE")
    .bought(5, 60),
    Product::new(
        "b05e124f-c7cc-45a0-a6aa-8cf78c946968",
        "ENTERPRISE MOBILITY + SECURITY E5",
        "EMSPREMIUM",
        "EMS",
        2,
        &[INTUNE, AADP],
    )
    .bought(2, 35),
    Product::new(
        "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
        "AZURE ACTIVE DIRECTORY PREMIUM P1",
        "AAD_PREMIUM",
        "EMS",
        2,
        &[AADP],
    )
    .bought(3, 40),
    Product::new(
        "54b84594-9c77-4499-8d65-5e0d5f410e78",
        "DYNAMICS AX TASK",
        "DYN365_AX_TASK",
        "Dynamics",
        1,
        &[CRM],
    )
    .bought(1, 15),
    Product::new(
        "1e1a282c-9c54-43a2-9310-98ef728faace",
        "DYNAMICS 365 SALES ENTERPRISE",
        "DYN365_ENTERPRISE_SALES",
        "Dynamics",
        1,
        &[CRM],
    )
    .bought(3, 20),
    Product::new(
        "f8a1db68-be16-40ed-86d5-cb42ce701560",
        "POWER BI PRO",
        "POWER_BI_PRO",
        "Office",
        3,
        &[PBI],
    )
    .bought(4, 15),
    Product::new(
        "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
        "POWER BI (FREE)",
        "POWER_BI_STANDARD",
        "Office",
        3,
        &[PBI],
    )
    .bought(3, 0)
    .of_kind(ProductKind::Trial),
    Product::new(
        "984df360-9a74-4647-8cf8-696749f6247a",
        "MINECRAFT EDUCATION EDITION",
        "MEE_STUDENT",
        "Windows",
        0,
        &[SPO],
    )
    .bought(1, 150)
    .of_kind(ProductKind::SecondGroup),
];

/// Azure meter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    pub(crate) category: &'static str,
    pub(crate) subcategory: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) service_type: &'static str,
    /// Typical quantity of a day, in millionths.
    pub(crate) quantity: i64,
    /// Whether a day has a whole number of units.
    pub(crate) is_whole: bool,
    /// Whether it can be paid for by a reservation.
    pub(crate) is_reservable: bool,
}

impl Meter {
    const fn new(
        category: &'static str,
        subcategory: &'static str,
        unit: &'static str,
        service_type: &'static str,
        quantity: i64,
    ) -> Self {
        Self {
            category,
            subcategory,
            unit,
            service_type,
            quantity,
            is_whole: false,
            is_reservable: false,
        }
    }

    const fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self
        }
    }

    const fn reservable(self) -> Self {
        Self {
            is_reservable: true,
            ..self
        }
    }
}

pub(crate) static METERS: [Meter; 16] = [
    Meter::new(
        "Virtual Machines",
        "Ev3 Series",
        "1 Hour",
        "Standard_E4s_v3",
        24_000_000,
    )
    .reservable(),
    Meter::new(
        "Virtual Machines",
        "B Series",
        "1 Hour",
        "Standard_B2ms",
        24_000_000,
    )
    .reservable(),
    Meter::new(
        "Virtual Machines",
        "Dv5 Series",
        "1 Hour",
        "Standard_D8s_v5",
        11_250_000,
    )
    .reservable(),
    Meter::new("Storage", "Tiered Block Blob", "1 GB/Month", "", 3_712_400),
    Meter::new(
        "Storage",
        "Premium SSD Managed Disks",
        "1/Month",
        "Premium_LRS P10",
        64_516,
    ),
    Meter::new("Data Management", "None", "10,000s", "", 20_000_000).whole(),
    Meter::new("Bandwidth", "Inter-Region", "1 GB", "", 1_284_112),
    Meter::new("SQL Database", "Single Standard", "1/Day", "S2", 1_000_000).whole(),
    Meter::new(
        "SQL Database",
        "General Purpose - Compute Gen5",
        "1 Hour",
        "GP_Gen5_2",
        48_000_000,
    )
    .reservable(),
    Meter::new(
        "Azure App Service",
        "Premium v3 Plan",
        "1 Hour",
        "P1v3",
        24_000_000,
    )
    .reservable(),
    Meter::new("Azure Monitor", "Log Analytics", "1 GB", "", 2_218_907),
    Meter::new("Backup", "None", "1/Month", "", 129_032),
    Meter::new("Virtual Network", "IP Addresses", "1 Hour", "", 24_000_000),
    Meter::new("Key Vault", "None", "10K", "", 31_400),
    Meter::new(
        "Azure Kubernetes Service",
        "Standard",
        "1 Hour",
        "",
        24_000_000,
    ),
    Meter::new("Azure OpenAI", "GPT", "1K Tokens", "", 812_006_250),
];

pub(crate) static LOCATIONS: [&str; 8] = [
    "useast",
    "westeurope",
    "germanywestcentral",
    "swedencentral",
    "japaneast",
    "brazilsouth",
    "australiaeast",
    "uaenorth",
];
