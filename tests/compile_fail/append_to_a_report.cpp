// expect: a report is built from parts: write report.paragraph(text), table or picture
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(pictures::Report& report) {
#ifdef SUTURE_BAD
    report << "It looks back.";
#else
    report.paragraph("It looks back.");
#endif
}
