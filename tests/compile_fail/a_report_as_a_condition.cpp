// expect: a report is not a condition: write report.identical(), or report.changed() > 0
// Nothing changed, or something did: say which is asked.
#include <suture/suture.hpp>

using namespace suture;

void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    if (report) return;
#else
    if (report.identical()) return;
#endif
}
