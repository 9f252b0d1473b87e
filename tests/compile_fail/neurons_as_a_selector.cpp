// expect: this selector has another name: write dims(17, 18), or dims({17, 30})
// A range is half-open, as a slice in Python.
#include <suture/suture.hpp>

using namespace suture;

void use(View<Mlp<3072>> act) {
#ifdef SUTURE_BAD
    auto edited = act | on<Mlp>(neurons({17, 30})).zero();
#else
    auto edited = act | on<Mlp>(dims({17})).zero();
#endif
}
