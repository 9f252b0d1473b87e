// expect: a picture goes to a directory, by name: write save(map, directory, name)
// Several files have that name.
#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/save.hpp>

using namespace suture;

void use(const pictures::HeatMap& map) {
#ifdef SUTURE_BAD
    pictures::save(map, "out");
#else
    pictures::save(map, "out", "recovered");
#endif
}
