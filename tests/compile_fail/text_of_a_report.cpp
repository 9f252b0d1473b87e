// expect: a report is printed: write to_string(report)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    std::string text = report;
#else
    std::string text = to_string(report);
#endif
}
