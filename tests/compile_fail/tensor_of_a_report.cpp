// expect: a report has no tensors: write report.changed(), or report[name]
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    at::Tensor changed = report;
#else
    auto changed = report.changed();
#endif
}
