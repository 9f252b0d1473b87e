// The entry of every test program. Without arguments, or with doctest's, it is doctest's own. With names of test files,
//
//     test_tensor tensor/view tensor/owned
//
// it runs each file in a process of its own, so that no file sees what another has left behind, and says how long each
// took. The processes are forks of this one: LibTorch takes 0.3 s to start and 0.1 s to end, and does both once.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

extern "C" void __lsan_do_leak_check() __attribute__((weak));  // defined where leaks are looked for

namespace {
unsigned cases_run = 0;

/// Counts the cases of a run: doctest is content with a file in which it finds none.
struct CaseCounter : doctest::IReporter {
    explicit CaseCounter(const doctest::ContextOptions&) {}
    void test_run_end(const doctest::TestRunStats& stats) override { cases_run = stats.numTestCasesPassingFilters; }

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_case_start(const doctest::TestCaseData&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("case_counter", 0, CaseCounter);

int run_file(const std::string& file) {
    doctest::Context context;
    context.setOption("minimal", true);
    context.addFilter("source-file", ("*/tests/" + file + ".cpp").c_str());
    const int status = context.run();
    if (status == 0 && cases_run == 0) std::printf("%s.cpp has no test case\n", file.c_str());
    return cases_run == 0 ? EXIT_FAILURE : status;
}

/// Ends a fork. LibTorch is not taken down with it, unless that is when leaks are looked for.
[[noreturn]] void end(int status) {
    if (__lsan_do_leak_check) std::exit(status);
    std::cout.flush();
    std::fflush(nullptr);
    _exit(status);
}

/// Whether the file passed in a process of its own. A line says so, which tests/run reads.
bool run_in_a_fork(const std::string& file) {
    std::fflush(nullptr);
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) end(run_file(file));
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child) std::perror("fork");
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status)) std::printf("%s: %s\n", file.c_str(), strsignal(WTERMSIG(status)));
    std::printf("%s %8.2f s  %s\n", passed ? "passed" : "FAILED", seconds.count(), file.c_str());
    return passed;
}
}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return doctest::Context(argc, argv).run();
    bool all_passed = true;
    for (int i = 1; i < argc; ++i) all_passed &= run_in_a_fork(argv[i]);
    return all_passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
