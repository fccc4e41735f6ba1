"""Companies: their names in parts, their numbers, whether two of them are one, and the groups they form."""

from jiuzhou.collect.companies.company_names import CompanyName as CompanyName
from jiuzhou.collect.companies.company_names import company_name as company_name
from jiuzhou.collect.companies.company_names import names_of_companies as names_of_companies
from jiuzhou.collect.companies.comparing import Likeness as Likeness
from jiuzhou.collect.companies.comparing import Verdict as Verdict
from jiuzhou.collect.companies.comparing import blocking_keys as blocking_keys
from jiuzhou.collect.companies.comparing import compare as compare
from jiuzhou.collect.companies.comparing import likeness as likeness
from jiuzhou.collect.companies.contacts import company_domain as company_domain
from jiuzhou.collect.companies.contacts import emails as emails
from jiuzhou.collect.companies.contacts import phone_number as phone_number
from jiuzhou.collect.companies.contacts import phones as phones
from jiuzhou.collect.companies.grouping import Groups as Groups
from jiuzhou.collect.companies.grouping import groups_of as groups_of
from jiuzhou.collect.companies.numbers import CompanyNumbers as CompanyNumbers
from jiuzhou.collect.companies.numbers import credit_codes as credit_codes
from jiuzhou.collect.companies.numbers import number_problem as number_problem
from jiuzhou.collect.companies.numbers import suggested_code as suggested_code
