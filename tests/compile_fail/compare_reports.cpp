// expect: reports are not compared: compare their numbers, a.changed() == b.changed()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const AuditReport& report) {
#ifdef SUTURE_BAD
    bool same = report == report;
#else
    bool same = report.changed() == report.changed();
#endif
}
