# Warnings are errors; hardening is on in every build type; ccache and mold when they are there.
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast -Wno-missing-field-initializers
  -Werror -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of g++ 12 inside inlined std::string and std::vector (gcc bugs 105329, 105651, 107852).
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now -Wl,--as-needed)

find_program(ZP_CCACHE ccache)
if(ZP_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ZP_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${ZP_CCACHE})
endif()
find_program(ZP_MOLD mold)
if(ZP_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(ZP_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  # g++ 12 takes what the sanitizers add for reads of uninitialised members (gcc bug 105562).
  add_compile_options(-Wno-maybe-uninitialized)
  add_link_options(-fsanitize=address,undefined)
endif()
