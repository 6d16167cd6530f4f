# Sourced by ./tenon, ./test and ./format. find_jdk prints the home of a JDK 25 or later, or says what is missing and
# returns 1.

# jdk_major HOME: the feature release of the JDK there, or nothing if there is none.
jdk_major() {
    [ -x "$1/bin/javac" ] || return 0
    local line version=""
    if [ -r "$1/release" ]; then
        while IFS= read -r line; do
            case $line in JAVA_VERSION=*) version=${line#JAVA_VERSION=} ;; esac
        done <"$1/release"
        version=${version//\"/}
    else
        version=$("$1/bin/javac" -version 2>&1)
        version=${version##* }
    fi
    version=${version%%[.+-]*}
    case $version in '' | *[!0-9]*) ;; *) echo "$version" ;; esac
}

# jdk_candidates: likely JDK homes, one a line, the user's own choice first.
jdk_candidates() {
    local java entry
    [ -n "${JAVA_HOME:-}" ] && echo "$JAVA_HOME"
    if java=$(command -v java); then
        java=$(readlink -f "$java" 2>/dev/null || echo "$java")
        echo "${java%/bin/java}"
    fi
    for entry in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/jdk* /opt/*jdk* \
        /usr/local/openjdk* /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.sdkman/candidates/java/* \
        "$HOME"/.jdks/* "$HOME"/.m2/jdks/* "$HOME"/.gradle/jdks/* "$HOME"/.asdf/installs/java/*; do
        [ -d "$entry" ] && echo "$entry"
    done
    if [ -r "$HOME/.m2/toolchains.xml" ]; then
        sed -n 's:.*<jdkHome>\(.*\)</jdkHome>.*:\1:p' "$HOME/.m2/toolchains.xml"
    fi
    return 0
}

find_jdk() {
    local home major seen=""
    while IFS= read -r home; do
        major=$(jdk_major "$home")
        if [ -n "$major" ]; then
            if [ "$major" -ge 25 ]; then
                echo "$home"
                return 0
            fi
            home=$(cd "$home" && pwd -P)
            case $seen in
            *" in $home"*) ;;
            *) seen="$seen
  JDK $major in $home" ;;
            esac
        fi
    done <<END
$(jdk_candidates)
END
    {
        echo "Tenon needs a JDK 25 or later, and none was found."
        [ -n "$seen" ] && echo "Found, but too old:$seen"
        echo "Looked at JAVA_HOME, java on the PATH, the usual JVM folders, ~/.sdkman, ~/.jdks and ~/.m2/toolchains.xml."
        echo "To get one: 'sdk install java 25-tem' (sdkman.io), your system's package of OpenJDK 25, or an archive"
        echo "from adoptium.net unpacked anywhere; then set JAVA_HOME to its folder."
    } >&2
    return 1
}
