// expect: code is text: write report.code(text)
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(pictures::Report& report) {
#ifdef SUTURE_BAD
    report.code();
#else
    report.code("view | recipe");
#endif
}
