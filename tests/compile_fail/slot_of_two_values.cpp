// expect: a Slot holds one tensor: write Slot slot = at::zeros({768})
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    Slot slot(1, 2);
#else
    Slot slot = at::zeros({768});
#endif
}
