// expect: boards are not compared: compare their texts, to_string(a) == to_string(b)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    bool same = board == board;
#else
    bool same = to_string(board) == to_string(board);
#endif
}
