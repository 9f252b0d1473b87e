// expect: a picture is saved by a function: write save(picture, directory, name)
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(const pictures::HeatMap& map) {
#ifdef SUTURE_BAD
    map.show();
#else
    save(map, "out", "map");
#endif
}
