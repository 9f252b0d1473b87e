// expect: a report is not a range: iterate over report.components
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    for (const auto& c : report) (void)c;
#else
    for (const auto& c : report.components) (void)c;
#endif
}
