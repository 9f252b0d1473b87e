// expect: a picture begins with its title: write HeatMap{.title = title, .values = tensor}
#include <suture/pictures/pictures.hpp>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    pictures::HeatMap map{t};
#else
    pictures::HeatMap map{.title = "Logit lens", .values = t};
#endif
}
