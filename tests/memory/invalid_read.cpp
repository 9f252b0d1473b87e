// Reads freed memory, which memcheck has to find.
#include <cstdlib>
#include <memory>

int main() {
    const int* gone = nullptr;
    {
        const auto number = std::make_unique<int>(1);
        gone = number.get();
    }
    return *static_cast<const volatile int*>(gone) == 7 ? EXIT_FAILURE : EXIT_SUCCESS;
}
