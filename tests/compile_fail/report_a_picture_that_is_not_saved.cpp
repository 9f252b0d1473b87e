// expect: a picture is saved first: write report.picture(save(map, directory, name))
// A page links to the files of its pictures.
#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/report.hpp>

using namespace suture;

void use(pictures::Report& report, const pictures::HeatMap& map) {
#ifdef SUTURE_BAD
    report.picture(map);
#else
    report.picture(pictures::save(map, "out", "recovered"));
#endif
}
