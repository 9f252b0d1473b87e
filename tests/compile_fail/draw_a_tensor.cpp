// expect: this is not a picture: write drawing_of(HeatMap{.values = tensor})
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    auto drawing = pictures::drawing_of(t);
#else
    auto drawing = pictures::drawing_of(pictures::HeatMap{.values = t});
#endif
}
