// expect: this selector has no number: write on<C>(heads(0, 4))
// All heads are heads().
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto edit = on<Q>(heads).zero();
#else
    auto edit = on<Q>(heads(0, 4)).zero();
#endif
}
