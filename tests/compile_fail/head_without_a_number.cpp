// expect: this selector has no number: write on<C>(head(3))
// The name alone is that of a function.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto edit = on<Q>(head).zero();
#else
    auto edit = on<Q>(head(3)).zero();
#endif
}
