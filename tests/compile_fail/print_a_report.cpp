// expect: a report is a page: write report.save(), or print report.text()
#include <suture/pictures/pictures.hpp>

#include <iostream>

using namespace suture;

[[maybe_unused]] void use(const pictures::Report& report) {
#ifdef SUTURE_BAD
    std::cout << report;
#else
    std::cout << report.text();
#endif
}
