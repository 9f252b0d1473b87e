# PCRE2::8BIT, the name that PCRE2's own package gives it. Debian's has no CMake files, so it is looked for here.
if(NOT TARGET PCRE2::8BIT)
    find_library(PCRE2_8_LIBRARY pcre2-8)
    find_path(PCRE2_INCLUDE_DIR pcre2.h)
    if(PCRE2_8_LIBRARY AND PCRE2_INCLUDE_DIR)
        add_library(PCRE2::8BIT UNKNOWN IMPORTED GLOBAL)
        set_target_properties(PCRE2::8BIT PROPERTIES
            IMPORTED_LOCATION ${PCRE2_8_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${PCRE2_INCLUDE_DIR})
    endif()
endif()
