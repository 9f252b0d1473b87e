// expect: a family has no width: name the component, as in describe<Q<768, 12>>()
// The map of the channels needs their number.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    const std::string map = describe<Q>();
#else
    const std::string map = describe<Q<768, 12>>();
#endif
}
