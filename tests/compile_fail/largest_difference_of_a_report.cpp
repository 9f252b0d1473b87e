// expect: a component goes by its name: write report[name].changed
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    auto x = report.max_difference;
#else
    auto x = report["Q"].max_difference;
#endif
}
