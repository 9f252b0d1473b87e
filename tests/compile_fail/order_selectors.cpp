// expect: selectors have no order: compare the numbers that they are made of
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(int a, int b) {
#ifdef SUTURE_BAD
    bool first = token(a) < token(b);
#else
    bool first = a < b;
#endif
}
