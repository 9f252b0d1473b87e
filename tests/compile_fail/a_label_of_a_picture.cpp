// expect: a picture has a title, a caption, a metric and named axes: fill those in
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(pictures::HeatMap& map) {
#ifdef SUTURE_BAD
    map.xlabel = "token";
#else
    map.columns.title = "token";
#endif
}
