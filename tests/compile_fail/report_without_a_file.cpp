// expect: a report has a file and a title: write Report report(path, title)
// The file is written by save().
#include <suture/pictures/report.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    pictures::Report report("A title");
#else
    pictures::Report report("report.html", "A title");
#endif
}
