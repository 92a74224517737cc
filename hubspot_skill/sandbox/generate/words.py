"""The words that names, places and texts are made of, by portal. All people and companies are made up."""

__all__ = [
    "DE_CITIES",
    "DE_COMPANY_ENDS",
    "DE_COMPANY_STARTS",
    "DE_FIRST_NAMES",
    "DE_LAST_NAMES",
    "JOB_TITLES",
    "LOST_REASONS",
    "US_CITIES",
    "US_COMPANY_ENDS",
    "US_COMPANY_STARTS",
    "US_FIRST_NAMES",
    "US_LAST_NAMES",
]

US_FIRST_NAMES = """
Aaliyah Aaron Adrian Aisha Alan Alejandra Alex Alice Amara Amelia Amir Ana Andre Angela Anika Anthony Ari Ashley Ben
Bianca Brandon Brianna Caleb Camila Carlos Carmen Caroline Cedric Chloe Chris Claire Clara Cole Connor Cora Damon Dana
Daniel Daphne Darius David Deepak Denise Derek Diana Diego Dominic Elena Eli Elijah Elise Emma Eric Erin Ethan Eva
Farah Felix Fiona Gabriel Gavin Grace Grant Hana Hannah Harper Hassan Helen Henry Ian Imani Ingrid Irene Isaac Isabel
Ivan Jack Jada James Jasmine Javier Jenna Joan Joel Jordan Jorge Joy Julia Kai Karen Kate Keisha Ken Kira Kyle Lara
Laura Leah Leo Lila Lin Logan Lucas Lucia Luis Lydia Mae Malik Marcus Maria Marisol Mark Maya Megan Mei Michael Mina
Miriam Monica Nadia Naomi Nate Nia Nick Nina Noah Nora Olivia Omar Oscar Owen Paige Patrick Paul Petra Philip Priya
Quinn Rachel Rafael Raj Ravi Rebecca Reza Rosa Ruth Ryan Sam Samira Sana Sara Sean Selena Shreya Simon Sofia Stella
Tara Terrence Tess Theo Thomas Tina Tomas Tyler Uma Valeria Vera Victor Vivian Wade Wei Will Xavier Yara Yasmin Zach Zoe
"""

US_LAST_NAMES = """
Abbott Acosta Adeyemi Aguilar Ahmed Albright Allen Amin Anders Arroyo Asher Atkins Avery Baird Banerjee Barnes Barrera
Becker Bello Bennett Berg Bhatt Blackwell Blum Boateng Bowers Boyd Bradley Brandt Brooks Burgess Byrne Cabrera Calder
Cannon Carver Castillo Chan Chandra Chapman Cho Clarke Cohen Colby Conway Cordova Crane Cruz Cunningham Dalton Das
Decker Delgado Desai Diaz Dixon Donovan Doyle Drake Duarte Dunn Eaton Edwards Ellis Emerson Engel Espinoza Farrell
Faulkner Ferreira Fields Finch Fischer Flores Foley Ford Foster Franco Frost Fuentes Gallagher Garza Gibbs Glass Gomez
Goodwin Gould Graves Greer Griffith Gupta Guzman Hahn Hale Hammond Hansen Harada Hart Hawkins Hayes Heller Herrera
Hobbs Holloway Hong Horn Hsu Huang Hughes Ibarra Iqbal Ito Jain Jansen Jennings Joshi Kapoor Katz Keller Kemp Khan Kim
Kline Knox Kowalski Kramer Lam Lang Larsen Lawson Leon Levine Lim Lindqvist Liu Lowe Lozano Lucero Lynch Mackey Maddox
Mahmoud Malone Manning Marsh Mata Mathis McCoy Medina Mehta Mendez Mercer Meyer Mistry Molina Monroe Morales Moreno
Moss Mueller Nair Navarro Ndiaye Newell Nguyen Nolan Norris Novak Oakley Obi Ochoa Odell Okafor Olsen Ortega Osborn
Osman Pace Padilla Park Patel Pena Pham Pierce Pollard Porter Prasad Quintero Ramos Rao Reyes Rhodes Rivas Robles Rojas
Rosen Rowe Rubin Ruiz Russo Sandoval Santos Sato Schmitt Serrano Shah Sharma Shaw Silva Singh Solis Soto Stein Stokes
Strand Suarez Sutton Tanaka Thorne Torres Tran Trujillo Vance Vargas Vega Velez Villa Vo Wade Walsh Warner Webb West
Whitfield Wolfe Wong Wright Xu Yamada Yates York Yoon Young Zamora Zhang Zimmer
"""

US_COMPANY_STARTS = """
Alder Amber Anchor Apex Arbor Arcadia Ashgrove Aspen Aster Atlas Aurora Axis Baywood Beacon Bellwether Birch Blackstone
Bluebird Bluff Borealis Boulder Bramble Bridgeport Bright Brook Cactus Canyon Cardinal Cascade Cedar Chestnut Citadel
Clearwater Cliffside Clover Coastal Cobalt Compass Condor Copper Coral Cornerstone Crescent Crestview Crimson Crown
Cypress Dawn Delta Driftwood Dune Eagle Eastgate Echo Elm Ember Emerald Evergreen Fairview Falcon Fern Fieldstone Fir
Flint Forge Foxglove Frontier Garnet Glacier Golden Granite Greenfield Grove Gull Halcyon Harbor Hawthorn Hazel Heron
Hickory Highland Hillcrest Horizon Ironwood Island Ivory Jade Juniper Kestrel Keystone Lagoon Lakeside Lantern Larch
Laurel Lighthouse Lilac Lumen Magnolia Maple Marble Meadow Meridian Mesa Midland Milestone Mistral Monarch Moss
Northfield Northstar Oakhurst Oasis Obsidian Olive Onyx Opal Orchard Osprey Outpost Palisade Paragon Pebble Pelican
Pine Pinnacle Pioneer Plateau Polaris Poplar Prairie Quarry Quartz Rainier Raven Redwood Ridge River Robin Rockport
Rosewood Sable Saffron Sage Sandstone Sapphire Sequoia Sierra Silver Skyline Slate Solstice Sparrow Spruce Stillwater
Stonebridge Summit Sunrise Swift Sycamore Tamarack Terra Thistle Thunder Timber Topaz Torrent Tundra Umber Union Valley
Vanguard Verdant Vertex Vista Walnut Waterford Westbrook Whitecap Wildwood Willow Windward Wren Yarrow Zenith Zephyr
"""

# The second word of a name says what the company does, so its industry fits.
US_COMPANY_ENDS = (
    ("Analytics", "COMPUTER_SOFTWARE"),
    ("Software", "COMPUTER_SOFTWARE"),
    ("Cloud", "INTERNET"),
    ("Networks", "COMPUTER_NETWORKING"),
    ("Security", "COMPUTER_NETWORK_SECURITY"),
    ("Systems", "INFORMATION_TECHNOLOGY_AND_SERVICES"),
    ("Robotics", "INDUSTRIAL_AUTOMATION"),
    ("Manufacturing", "MACHINERY"),
    ("Plastics", "PLASTICS"),
    ("Chemicals", "CHEMICALS"),
    ("Foods", "FOOD_PRODUCTION"),
    ("Dairy", "DAIRY"),
    ("Beverages", "FOOD_BEVERAGES"),
    ("Bakeries", "FOOD_PRODUCTION"),
    ("Freight", "PACKAGE_FREIGHT_DELIVERY"),
    ("Logistics", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("Trucking", "TRANSPORTATION_TRUCKING_RAILROAD"),
    ("Airways", "AIRLINES_AVIATION"),
    ("Marine", "MARITIME"),
    ("Construction", "CONSTRUCTION"),
    ("Properties", "REAL_ESTATE"),
    ("Architects", "ARCHITECTURE_PLANNING"),
    ("Health", "HOSPITAL_HEALTH_CARE"),
    ("Clinics", "MEDICAL_PRACTICE"),
    ("Devices", "MEDICAL_DEVICES"),
    ("Biotech", "BIOTECHNOLOGY"),
    ("Pharma", "PHARMACEUTICALS"),
    ("Capital", "INVESTMENT_MANAGEMENT"),
    ("Bank", "BANKING"),
    ("Insurance", "INSURANCE"),
    ("Financial", "FINANCIAL_SERVICES"),
    ("Partners", "MANAGEMENT_CONSULTING"),
    ("Legal", "LAW_PRACTICE"),
    ("Staffing", "STAFFING_AND_RECRUITING"),
    ("Media", "ONLINE_MEDIA"),
    ("Studios", "MEDIA_PRODUCTION"),
    ("Publishing", "PUBLISHING"),
    ("Marketing", "MARKETING_AND_ADVERTISING"),
    ("Academy", "E_LEARNING"),
    ("Schools", "PRIMARY_SECONDARY_EDUCATION"),
    ("Energy", "RENEWABLES_ENVIRONMENT"),
    ("Utilities", "UTILITIES"),
    ("Farms", "FARMING"),
    ("Outfitters", "RETAIL"),
    ("Market", "SUPERMARKETS"),
    ("Apparel", "APPAREL_FASHION"),
    ("Furniture", "FURNITURE"),
    ("Hotels", "HOSPITALITY"),
    ("Travel", "LEISURE_TRAVEL_TOURISM"),
    ("Fitness", "HEALTH_WELLNESS_AND_FITNESS"),
    ("Telecom", "TELECOMMUNICATIONS"),
    ("Semiconductor", "SEMICONDUCTORS"),
    ("Aerospace", "AVIATION_AEROSPACE"),
    ("Motors", "AUTOMOTIVE"),
    ("Packaging", "PACKAGING_AND_CONTAINERS"),
    ("Paper", "PAPER_FOREST_PRODUCTS"),
    ("Mining", "MINING_METALS"),
    ("Foundation", "NON_PROFIT_ORGANIZATION_MANAGEMENT"),
    ("Games", "COMPUTER_GAMES"),
)

# city, state, postal code, country, telephone code
US_CITIES = (
    ("Boston", "MA", "02110", "United States", "+1 617 555"),
    ("New York", "NY", "10001", "United States", "+1 212 555"),
    ("Chicago", "IL", "60601", "United States", "+1 312 555"),
    ("Austin", "TX", "78701", "United States", "+1 512 555"),
    ("Denver", "CO", "80202", "United States", "+1 303 555"),
    ("Seattle", "WA", "98101", "United States", "+1 206 555"),
    ("Portland", "OR", "97201", "United States", "+1 503 555"),
    ("San Diego", "CA", "92101", "United States", "+1 619 555"),
    ("Atlanta", "GA", "30303", "United States", "+1 404 555"),
    ("Miami", "FL", "33101", "United States", "+1 305 555"),
    ("Minneapolis", "MN", "55401", "United States", "+1 612 555"),
    ("Columbus", "OH", "43215", "United States", "+1 614 555"),
    ("Nashville", "TN", "37203", "United States", "+1 615 555"),
    ("Phoenix", "AZ", "85004", "United States", "+1 602 555"),
    ("Philadelphia", "PA", "19103", "United States", "+1 215 555"),
    ("Raleigh", "NC", "27601", "United States", "+1 919 555"),
    ("Salt Lake City", "UT", "84101", "United States", "+1 801 555"),
    ("Kansas City", "MO", "64105", "United States", "+1 816 555"),
    ("Toronto", "ON", "M5H 2N2", "Canada", "+1 416 555"),
    ("Vancouver", "BC", "V6B 1A1", "Canada", "+1 604 555"),
    ("London", "", "EC2A 4BX", "United Kingdom", "+44 20 7946"),
    ("Manchester", "", "M1 1AE", "United Kingdom", "+44 161 496"),
    ("Dublin", "", "D02 X285", "Ireland", "+353 20 911"),
)

DE_FIRST_NAMES = """
Achim Adam Agnieszka Alexander Alina Andrea Andreas Anja Anke Anna Annika Antje Arne Astrid Barbara Bastian Beate Bernd
Birgit Björn Bożena Britta Carina Carsten Caspar Christa Christian Claudia Clemens Daniel Daniela David Dennis Dieter
Dirk Dorothea Elif Elisabeth Emil Emma Erik Eva Fabian Felix Florian Frank Franziska Frauke Frederik Freya Friedrich
Gabriele Georg Gerd Greta Günther Hanna Hannes Hans Heike Heinz Helena Helga Hendrik Henriette Holger Ida Ilse Ines
Ingo Ingrid Jakob Jan Jana Jens Joachim Johanna Jonas Jörg Josef Julia Jürgen Kai Karin Karl Karolina Katja Katrin
Kerstin Klaus Konrad Kristina Lars Lea Lena Leon Leonie Lina Linus Lukas Luise Maciej Magdalena Maike Manfred Manuela
Marcel Marek Margit Maria Marie Markus Marlene Martin Mateusz Matthias Max Mehmet Meike Merle Michael Mikkel Moritz
Nadine Nicole Niels Nils Nina Norbert Nora Ole Oliver Oskar Paul Paulina Peter Petra Philipp Piotr Rainer Ralf Regina
René Renate Robert Rolf Sabine Sandra Sebastian Silke Simon Sofie Sonja Stefan Stefanie Susanne Sven Swantje Tanja
Theresa Thomas Thorsten Till Tim Tobias Tomasz Ulrich Ulrike Ursula Ute Uwe Valentin Vera Volker Werner Wiebke Yusuf Zeynep
"""

DE_LAST_NAMES = """
Ackermann Adler Ahrens Albrecht Andersen Arndt Aydın Bachmann Baumann Bauer Becker Behrens Berger Bergmann Bischoff
Blum Böhm Brandt Braun Brinkmann Bruns Busch Christensen Clausen Dąbrowski Dahl Demir Dietrich Döring Ebert Eckert
Engel Ernst Esser Fiedler Fischer Förster Frank Franke Friedrich Fuchs Geiger Gerlach Götz Graf Groß Günther Haas
Hahn Hansen Hartmann Heinrich Heinze Henning Herrmann Hinrichs Hoffmann Horn Huber Jacobsen Jäger Jahn Jansen Jensen
Jung Kaiser Kaya Keller Kern Kessler Klein Köhler König Kowalczyk Kramer Kraus Krüger Kuhn Kühn Lange Lehmann Lenz
Lewandowski Lindner Lorenz Ludwig Lüders Maier Marquardt Martens Marx Mayer Meier Meyer Michalski Mohr Möller Müller
Nagel Neumann Nielsen Nowak Olsen Oswald Otte Paulsen Peters Petersen Pfeiffer Pohl Pohlmann Raabe Rasmussen Rehbein
Reimann Reinhardt Richter Riedel Ritter Rohde Roth Rudolph Sander Sauer Schäfer Scheel Schiller Schmidt Schmitz
Schneider Scholz Schreiber Schröder Schubert Schulte Schulz Schumacher Schuster Schwarz Seidel Seifert Simon Sommer
Stahl Stein Steiner Stolz Szymański Tamm Thiel Thomsen Timm Ulrich Ulbrich Unger Vogel Vogt Voigt Voß Wagner Walter
Weber Wegner Weiß Wendt Werner Westphal Wiese Winkler Winter Witt Wójcik Wolf Yıldız Zander Ziegler Zimmermann
"""

DE_COMPANY_STARTS = """
Ahorn Albatros Alpenglück Alster Anker Apfelbaum Bergkristall Birken Blaubeer Bode Brunnen Buchen Dachstein Deich Distel
Donau Drei-Linden Eichen Eider Eifel Elbe Elster Emscher Erlen Falken Feldberg Fichten Fjord Förde Frankenwald Fuchsbau
Ginster Goldammer Grünau Hafen Hansa Harz Havel Heide Hirsch Holunder Hopfen Ilmenau Isar Jadebusen Kastanien Kiebitz
Kiefern Kogge Kormoran Kornblumen Kranich Küsten Lahn Lavendel Lech Leine Leuchtturm Linden Löwenzahn Main Marsch Meer
Milan Mosel Möwen Mühlen Neckar Niederrhein Nordlicht Nordstern Oder Ostsee Pappel Peene Petersberg Quell Rabenstein
Rhein Rhön Ried Rosen Rügen Saale Salzach Sanddorn Schilf Schwalben Seeadler Sieg Silberdistel Solling Sonnen Spessart
Spree Stein Sturmvogel Sund Taunus Tannen Trave Ulmen Unstrut Vogtland Wacholder Waldkauz Warnow Weser Wiesen Wismar
"""

DE_COMPANY_ENDS = (
    ("Maschinenbau", "MACHINERY"),
    ("Anlagenbau", "INDUSTRIAL_AUTOMATION"),
    ("Werkzeuge", "MACHINERY"),
    ("Getriebe", "MECHANICAL_OR_INDUSTRIAL_ENGINEERING"),
    ("Metallbau", "MINING_METALS"),
    ("Kunststoffe", "PLASTICS"),
    ("Chemie", "CHEMICALS"),
    ("Backwaren", "FOOD_PRODUCTION"),
    ("Molkerei", "DAIRY"),
    ("Getränke", "FOOD_BEVERAGES"),
    ("Brauerei", "WINE_AND_SPIRITS"),
    ("Fleischwaren", "FOOD_PRODUCTION"),
    ("Verpackungen", "PACKAGING_AND_CONTAINERS"),
    ("Papier", "PAPER_FOREST_PRODUCTS"),
    ("Druck", "PRINTING"),
    ("Möbel", "FURNITURE"),
    ("Textil", "TEXTILES"),
    ("Spedition", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("Reederei", "MARITIME"),
    ("Werft", "SHIPBUILDING"),
    ("Bau", "CONSTRUCTION"),
    ("Baustoffe", "BUILDING_MATERIALS"),
    ("Ingenieure", "CIVIL_ENGINEERING"),
    ("Elektrotechnik", "ELECTRICAL_ELECTRONIC_MANUFACTURING"),
    ("Optik", "MEDICAL_DEVICES"),
    ("Medizintechnik", "MEDICAL_DEVICES"),
    ("Pharma", "PHARMACEUTICALS"),
    ("Energie", "RENEWABLES_ENVIRONMENT"),
    ("Stadtwerke", "UTILITIES"),
    ("Fahrzeugteile", "AUTOMOTIVE"),
    ("Systeme", "INFORMATION_TECHNOLOGY_AND_SERVICES"),
    ("Software", "COMPUTER_SOFTWARE"),
    ("Agrar", "FARMING"),
    ("Großhandel", "WHOLESALE"),
)

DE_CITIES = (
    ("Hamburg", "Hamburg", "20095", "Germany", "+49 40 6685"),
    ("Berlin", "Berlin", "10115", "Germany", "+49 30 2312"),
    ("München", "Bayern", "80331", "Germany", "+49 89 9998"),
    ("Köln", "Nordrhein-Westfalen", "50667", "Germany", "+49 221 4710"),
    ("Frankfurt am Main", "Hessen", "60311", "Germany", "+49 69 9000"),
    ("Stuttgart", "Baden-Württemberg", "70173", "Germany", "+49 711 2175"),
    ("Leipzig", "Sachsen", "04109", "Germany", "+49 341 2217"),
    ("Bremen", "Bremen", "28195", "Germany", "+49 421 3380"),
    ("Hannover", "Niedersachsen", "30159", "Germany", "+49 511 1234"),
    ("Nürnberg", "Bayern", "90402", "Germany", "+49 911 2310"),
    ("Kiel", "Schleswig-Holstein", "24103", "Germany", "+49 431 9010"),
    ("Rostock", "Mecklenburg-Vorpommern", "18055", "Germany", "+49 381 3810"),
    ("Dortmund", "Nordrhein-Westfalen", "44135", "Germany", "+49 231 5010"),
    ("Wien", "", "1010", "Austria", "+43 1 4000"),
    ("Linz", "", "4020", "Austria", "+43 732 7070"),
    ("Zürich", "", "8001", "Switzerland", "+41 44 4120"),
    ("Basel", "", "4051", "Switzerland", "+41 61 2670"),
    ("Poznań", "", "61-001", "Poland", "+48 61 8780"),
    ("Gdańsk", "", "80-001", "Poland", "+48 58 3010"),
    ("Århus", "", "8000", "Denmark", "+45 89 4020"),
)

# title, seniority, role, buying role
JOB_TITLES = (
    ("Chief Executive Officer", "executive", "", "DECISION_MAKER"),
    ("Chief Financial Officer", "executive", "finance", "BUDGET_HOLDER"),
    ("Chief Operating Officer", "executive", "operations", "EXECUTIVE_SPONSOR"),
    ("VP Operations", "vp", "operations", "DECISION_MAKER"),
    ("VP Sales", "vp", "sales", "DECISION_MAKER"),
    ("Head of IT", "director", "information_technology", "INFLUENCER"),
    ("Director of Finance", "director", "finance", "BUDGET_HOLDER"),
    ("Director of Marketing", "director", "marketing", "INFLUENCER"),
    ("Plant Manager", "manager", "operations", "CHAMPION"),
    ("Operations Manager", "manager", "operations", "CHAMPION"),
    ("Purchasing Manager", "manager", "operations", "BUDGET_HOLDER"),
    ("IT Manager", "manager", "information_technology", "INFLUENCER"),
    ("Marketing Manager", "manager", "marketing", "INFLUENCER"),
    ("Project Manager", "senior", "operations", "END_USER"),
    ("Engineer", "entry", "engineering", "END_USER"),
    ("Data Analyst", "entry", "information_technology", "END_USER"),
    ("Office Manager", "entry", "administrative", "OTHER"),
    ("Legal Counsel", "senior", "legal", "LEGAL_AND_COMPLIANCE"),
)

LOST_REASONS = (
    "Price",
    "price ",
    "Pricing too high",
    "Went with a competitor",
    "Competitor",
    "No budget this year",
    "No decision",
    "No decision",
    "Timing",
    "Missing feature",
    "Champion left",
    "Built it themselves",
)
