# find_package(suture [COMPONENTS core suture files text])
#
#   core    suture::core, which depends on nothing
#   suture  suture::suture, which needs LibTorch and range-v3
#   files   suture::files, which needs nlohmann_json as well
#   text    suture::text, which needs files and PCRE2
#
# Without components: core and suture, and files and text where nlohmann_json and PCRE2 are installed.
include(CMakeFindDependencyMacro)
include(${CMAKE_CURRENT_LIST_DIR}/suture-pcre2.cmake)

set(suture_wanted ${suture_FIND_COMPONENTS})
if(NOT suture_wanted)
    set(suture_wanted core suture)
    find_package(nlohmann_json QUIET)
    if(nlohmann_json_FOUND)
        list(APPEND suture_wanted files)
        if(TARGET PCRE2::8BIT)
            list(APPEND suture_wanted text)
        endif()
    endif()
endif()
if("text" IN_LIST suture_wanted)
    list(APPEND suture_wanted files)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/suture_core-targets.cmake)
set(suture_core_FOUND TRUE)

if("suture" IN_LIST suture_wanted OR "files" IN_LIST suture_wanted)
    find_dependency(Torch)
    find_dependency(range-v3)
    if(NOT TARGET suture::suture)
        include(${CMAKE_CURRENT_LIST_DIR}/suture-targets.cmake)
        include(${CMAKE_CURRENT_LIST_DIR}/suture-clang.cmake)
        target_compile_options(suture::suture INTERFACE "${suture_clang_options}")
    endif()
    set(suture_suture_FOUND TRUE)
endif()

if("files" IN_LIST suture_wanted AND EXISTS ${CMAKE_CURRENT_LIST_DIR}/suture_files-targets.cmake)
    find_dependency(nlohmann_json)
    include(${CMAKE_CURRENT_LIST_DIR}/suture_files-targets.cmake)
    set(suture_files_FOUND TRUE)
endif()

if("text" IN_LIST suture_wanted AND TARGET PCRE2::8BIT AND EXISTS ${CMAKE_CURRENT_LIST_DIR}/suture_text-targets.cmake)
    include(${CMAKE_CURRENT_LIST_DIR}/suture_text-targets.cmake)
    set(suture_text_FOUND TRUE)
endif()

foreach(component IN LISTS suture_FIND_COMPONENTS)
    if(suture_FIND_REQUIRED_${component} AND NOT suture_${component}_FOUND)
        set(suture_FOUND FALSE)
        set(suture_NOT_FOUND_MESSAGE "suture was installed without the component ${component}: it has core, suture and, where it was installed beside nlohmann_json and PCRE2, files and text")
    endif()
endforeach()
unset(suture_wanted)
