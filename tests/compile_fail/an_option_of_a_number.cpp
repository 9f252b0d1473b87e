// expect: an option is a selector or a LibTorch value: write .tokens = token(-1)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    RecordOptions options{.tokens = -1};
#else
    RecordOptions options{.tokens = token(-1)};
#endif
}
