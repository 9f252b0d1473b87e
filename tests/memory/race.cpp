// Two threads write one number without a lock, which the thread sanitizer has to find.
#include <thread>

int main() {
    int number = 0;
    std::thread other([&number] { ++number; });
    ++number;
    other.join();
    return number == 7;
}
