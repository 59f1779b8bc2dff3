"""Who and what occurs in the demo agency. People, businesses and carriers are invented; towns have their ZIP codes."""

from dataclasses import dataclass


def listed(text: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(" ".join(part.split()) for part in text.split(","))


# code, name, O(rganisation) or I(ndividual), parent's code, National Producer Number (invented)
PRODUCERS = (
    ("HL-000", "Harbor Lane Insurance", "O", "", "9900000"),
    ("HL-001", "Ruth Calloway", "I", "HL-000", "9900001"),
    ("HL-100", "Harbor Lane Boston", "O", "HL-000", "9900100"),
    ("HL-110", "Maya Alvarez", "I", "HL-100", "9900110"),
    ("HL-111", "Samuel Okafor", "I", "HL-110", "9900111"),
    ("HL-120", "Tobias Lindqvist", "I", "HL-100", "9900120"),
    ("HL-130", "Priya Raman", "I", "HL-100", "9900130"),
    ("HL-200", "Harbor Lane Providence", "O", "HL-000", "9900200"),
    ("HL-210", "Daniel Kim", "I", "HL-200", "9900210"),
    ("HL-220", "Aaliyah Brooks", "I", "HL-200", "9900220"),
    ("HL-230", "Owen Gallagher", "I", "HL-200", "9900230"),
)
# How likely a client of that kind is in whose book; "" is nobody's.
PERSONAL_BOOKS = {"HL-110": 30, "HL-111": 8, "HL-120": 20, "HL-130": 12, "HL-220": 14, "HL-230": 10, "HL-001": 3, "": 4}
BUSINESS_BOOKS = {"HL-210": 34, "HL-130": 14, "HL-220": 12, "HL-230": 14, "HL-110": 6, "HL-120": 8, "HL-001": 6, "": 5}
# Which lines a client buys, with their likelihood.
PERSONAL_LINES = {"personal_auto": 0.82, "homeowners": 0.62, "umbrella": 0.16}
BUSINESS_LINES = (
    {"bop": 1.0, "workers_compensation": 0.55, "commercial_auto": 0.3, "umbrella": 0.1},
    {
        "general_liability": 0.95,
        "commercial_property": 0.5,
        "workers_compensation": 0.6,
        "commercial_auto": 0.5,
        "umbrella": 0.3,
    },
)
HOME_STATES = {"HL-1": ("MA",), "HL-2": ("RI", "CT"), "HL-0": ("MA", "RI"), "": ("MA", "RI", "CT")}

TOWNS = {
    state: tuple(tuple(place.rsplit(" ", 1)) for place in listed(places))
    for state, places in {
        "MA": """
            Boston 02116, Boston 02127, Cambridge 02139, Somerville 02143, Quincy 02169, Newton 02458, Braintree 02184,
            Plymouth 02360, Salem 01970, Lowell 01852, Framingham 01702, Worcester 01608, New Bedford 02740,
            Gloucester 01930
        """,
        "RI": """
            Providence 02903, Providence 02906, Cranston 02910, Warwick 02886, Pawtucket 02860, Newport 02840,
            Bristol 02809, East Greenwich 02818, Westerly 02891
        """,
        "CT": """
            Hartford 06103, West Hartford 06107, New Haven 06511, New London 06320, Mystic 06355, Middletown 06457,
            Norwich 06360, Stonington 06378
        """,
    }.items()
}
AREA_CODES = {"MA": ("617", "508", "978"), "RI": ("401",), "CT": ("860", "203")}
STREETS = listed("""
    Adams Street, Beacon Street, Bellevue Avenue, Cedar Lane, Chestnut Street, Congress Street, Elm Street,
    Ferry Road, Grove Street, Harbor View Road, Hawthorne Avenue, High Street, Jefferson Road, Lantern Hill
    Road, Linden Street, Maple Avenue, Mill Pond Way, Oak Street, Old Post Road, Orchard Street, Pleasant
    Street, Prospect Street, River Road, Salt Marsh Lane, Spring Street, Summer Street, Thames Street, Union
    Street, Walnut Street, Washington Street, Water Street, Winthrop Street
""")
WHARVES = listed("""
    Commerce Way, Industrial Drive, Wharf Road, Foundry Street, Depot Street, Technology Park, Mill Street
""")

FIRST_NAMES = listed("""
    Abena, Adriana, Ahmed, Aiko, Amara, Andrew, Anita, Anthony, Beatriz, Brendan, Camille, Carlos, Catherine,
    Chen, Chidi, Claire, Colleen, Deepa, Dennis, Diego, Dmitri, Eileen, Elena, Elijah, Emily, Esther, Fatima,
    Fernanda, Francis, Gabriel, Grace, Hannah, Hassan, Helen, Hiroshi, Ibrahim, Ingrid, Isabel, Jamal, Janet,
    Jerome, Joana, Joseph, Julia, Kavita, Kenji, Kevin, Lakshmi, Laura, Leon, Li, Linh, Luis, Malik, Manuel,
    Margaret, Marcus, Maria, Mei, Michael, Monique, Nadia, Naomi, Noah, Olga, Omar, Patrick, Paul, Phuong,
    Rachel, Rafael, Rebecca, Rosa, Samira, Sarah, Sean, Sofia, Sunita, Tariq, Teresa, Thomas, Victor, Wei,
    Yolanda, Yusuf, Zoë
""")
LAST_NAMES = listed("""
    Abbott, Acheampong, Almeida, Andersson, Baptiste, Barros, Bianchi, Bui, Burke, Cabral, Callahan, Chaudhary,
    Chen, Cohen, Costa, D’Angelo, da Silva, Davis, Delgado, DiMarco, Donovan, Evans, Feldman, Fernandes,
    Fitzgerald, Fontaine, Foster, Gagnon, García, Goldberg, Gomes, Grant, Haddad, Hayes, Hernández, Huang,
    Ivanov, Jackson, Johnson, Joseph, Kapoor, Kelly, Khalil, Kowalski, Larsen, Lavoie, Lee, Lopes, MacLeod,
    Mahoney, Martinez, McCarthy, Medeiros, Mensah, Morales, Moreau, Müller, Murphy, Nakamura, Nguyen, Novak,
    O’Brien, O’Sullivan, Okonkwo, Oliveira, Osei, Park, Patel, Pereira, Petrov, Pham, Pierre, Ramírez, Rinaldi,
    Rodrigues, Rossi, Russo, Santiago, Santos, Schwartz, Shapiro, Silva, Singh, Sousa, Sullivan, Tanaka,
    Tavares, Thompson, Tran, Vasquez, Walsh, Washington, Whitfield, Williams, Wong, Yang, Zhang
""")
TRADES = listed("""
    Bakery, Boatworks, Brewing Company, Carpentry, Cleaning Services, Coffee Roasters, Construction, Dental
    Group, Electric, Fish Market, Florist, Framing & Drywall, Grocers, Hardware, Hauling, Interiors, Kitchen &
    Bath, Landscaping, Machine Works, Masonry, Moving & Storage, Painting, Pharmacy, Physical Therapy, Plumbing
    & Heating, Print Shop, Provisions, Roofing, Seafood, Sheet Metal, Trattoria, Veterinary Clinic
""")
FORMS = ("LLC", "Inc.", "LLC", "& Sons, Inc.", "Corp.", "LLP")
PLAIN_LETTERS = str.maketrans("áéíóúüëç", "aeiouuec", "’'")
PLACES = listed("""
    Anchor, Bayberry, Blackstone, Bluefish, Breakwater, Cape Light, Charles River, Compass Rose, Copper Kettle,
    East Bay, Fairwind, Fort Hill, Gaslight, Granary, Harborside, Juniper, Kingfisher, Lighthouse, Long Wharf,
    Marsh Hawk, Merrimack, Minuteman, Mystic Valley, North Shore, Old Colony, Osprey, Pawcatuck, Quarry Hill,
    Red Maple, Sandpiper, Seven Pines, Shearwater, South Coast, Thimble Islands, Two Rivers, Weathervane
""")


@dataclass(frozen=True)
class Line:
    """A line of business: its word in the file, the prefix of its numbers, premium from and to, commission rate, and
    coverages as (name, limits, deductibles)."""

    word: str
    prefix: str
    premium: tuple[int, int]
    rate: str
    coverages: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


_ACV = "Actual cash value"
LINES = {
    "personal_auto": Line(
        "PAUTO",
        "PA",
        (780, 3400),
        "12%",
        (
            ("Bodily injury", ("50,000/100,000", "100,000/300,000", "250,000/500,000"), ("",)),
            ("Property damage", ("50,000", "100,000"), ("",)),
            ("Collision", (_ACV,), ("500", "1,000")),
            ("Comprehensive", (_ACV,), ("300", "500")),
        ),
    ),
    "homeowners": Line(
        "HOME",
        "HO",
        (940, 4800),
        "15%",
        (
            ("Dwelling", ("385,000", "462,000", "598,000", "725,000"), ("1,000", "2,500")),
            ("Personal property", ("150,000", "240,000", "310,000"), ("1,000",)),
            ("Personal liability", ("300,000", "500,000"), ("",)),
            ("Windstorm or hail", ("Included",), ("2%", "5%")),
        ),
    ),
    "general_liability": Line(
        "CGL",
        "GL",
        (850, 14500),
        "12.5%",
        (
            ("Each occurrence", ("1,000,000", "2,000,000"), ("0", "1,000")),
            ("General aggregate", ("2,000,000", "4,000,000"), ("",)),
            ("Products and completed operations", ("2,000,000",), ("",)),
        ),
    ),
    "bop": Line(
        "BOP",
        "BP",
        (1100, 8200),
        "15%",
        (
            ("Business personal property", ("75,000", "150,000", "300,000"), ("500", "1,000")),
            ("Liability and medical expenses", ("1,000,000",), ("",)),
            ("Business income", ("12 months, actual loss",), ("72 hours",)),
        ),
    ),
    "workers_compensation": Line(
        "WC",
        "WC",
        (1400, 22000),
        "8%",
        (
            ("Workers compensation", ("Statutory",), ("",)),
            ("Employers liability, each accident", ("500,000", "1,000,000"), ("",)),
        ),
    ),
    "commercial_auto": Line(
        "CAUTO",
        "CA",
        (2100, 16500),
        "11%",
        (
            ("Combined single limit", ("1,000,000",), ("",)),
            ("Hired and non-owned", ("1,000,000",), ("",)),
            ("Collision", (_ACV,), ("1,000", "2,500")),
        ),
    ),
    "commercial_property": Line(
        "CPROP",
        "CP",
        (1900, 19500),
        "13%",
        (
            ("Building", ("850,000", "1,400,000", "2,750,000"), ("2,500", "5,000")),
            ("Contents", ("120,000", "260,000"), ("2,500",)),
            ("Business income", ("250,000", "500,000"), ("72 hours",)),
        ),
    ),
    "umbrella": Line(
        "UMB",
        "UM",
        (290, 1900),
        "10%",
        (
            ("Each occurrence", ("1,000,000", "2,000,000", "5,000,000"), ("",)),
            ("Self-insured retention", ("250", "10,000"), ("",)),
        ),
    ),
}

# name, NAIC number (invented), lines
CARRIERS = (
    ("Saltmarsh Mutual", "99101", ("personal_auto", "homeowners", "umbrella")),
    ("Three Lanterns Insurance Company", "99102", ("personal_auto", "homeowners", "umbrella")),
    ("Copperbeech Casualty", "99103", ("general_liability", "workers_compensation", "commercial_auto", "umbrella")),
    ("Windrow Indemnity", "99104", ("bop", "general_liability", "commercial_property")),
    ("Tidewrack Fire & Marine", "99105", ("homeowners", "commercial_property", "bop")),
    ("Foxglove & Vale", "99106", ("personal_auto", "commercial_auto")),
    ("Ninefold Employers", "99107", ("workers_compensation",)),
    ("Larkmoor Specialty", "99108", ("general_liability", "umbrella", "commercial_property")),
)

# make, model, the first eight characters of the VIN
CARS = (
    ("Honda", "Accord", "1HGCV1F3"),
    ("Honda", "CR-V", "2HKRW2H8"),
    ("Toyota", "Camry", "4T1G11AK"),
    ("Toyota", "RAV4", "2T3P1RFV"),
    ("Subaru", "Outback", "4S4BTACC"),
    ("Ford", "Escape", "1FMCU9G6"),
    ("Chevrolet", "Malibu", "1G1ZD5ST"),
    ("Nissan", "Rogue", "5N1AT2MV"),
    ("Tesla", "Model 3", "5YJ3E1EA"),
    ("Volkswagen", "Jetta", "3VWC57BU"),
)
VANS = (
    ("Ford", "Transit 250", "1FTBR1C8"),
    ("Ford", "F-150", "1FTEW1EP"),
    ("Ram", "1500", "1C6SRFFT"),
    ("Chevrolet", "Silverado 2500", "1GC4YPEY"),
    ("Freightliner", "M2 106", "1FVACWDT"),
    ("Isuzu", "NPR-HD", "54DC4W1B"),
)
REMARKS = (
    "Paperless and paid in full.",
    "Mortgagee: Harbor Street Savings – loan number on file.",
    'Client asked for a "good student" credit.\nTranscript received, credit applied at renewal.',
    "Certificate holder list kept by the insured.",
    "Roof replaced in 2021; inspection report on file.\nBilling: agency.",
    "Café opens on Sundays from May to October.",
    "Loss runs ordered from the former carrier.",
)
