// expect: this selector has no number: write on<C>(dims(0, 10))
// The name alone is that of a function.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto edit = on<Q>(dims).zero();
#else
    auto edit = on<Q>(dims(0, 10)).zero();
#endif
}
