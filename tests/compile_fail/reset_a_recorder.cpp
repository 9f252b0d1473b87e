// expect: a recorder is emptied as a whole: write latest.clear()
// All layers begin anew.
#include <suture/suture.hpp>

using namespace suture;

void use(Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    latest.reset();
#else
    latest.clear();
#endif
}
