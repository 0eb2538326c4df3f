#version 330
uniform vec3 frame_rescale_factors;
uniform vec2 half_size;
uniform mat3 to_world;               // view space to world, rotation only
uniform vec3 light;
uniform float opacity;
uniform float line;                  // pixels; above 0: no sphere, but a disc with an outline as wide
flat in vec3 v_center;
flat in float v_radius;
flat in vec4 v_color;
flat in vec4 v_turn;
flat in float v_opacity;
in vec2 v_plane;
out vec4 frag_color;

vec3 unturn(vec4 q, vec3 v) {        // rotate by the inverse of q
    vec3 t = 2.0 * cross(-q.xyz, v);
    return v + q.w * t + cross(-q.xyz, t);
}

void main() {
    float eye = 1.0 / frame_rescale_factors.z;
    vec3 ray = normalize(vec3(v_plane, -eye));
    vec3 from = vec3(v_plane, 0.0) - v_center;    // not from the eye, which may be so far away that digits are lost
    float along = dot(from, ray);
    float miss2 = dot(from, from) - along * along;
    float pixel = (length(vec3(v_plane, eye)) - along) / eye / (half_size.y * abs(frame_rescale_factors.y));    // size of a pixel at the ball
    float within = (v_radius - sqrt(max(miss2, 0.0))) / pixel;                     // pixels from the disc's edge
    float cover = clamp(within + 0.5, 0.0, 1.0);
    if (cover <= 0.0) discard;
    if (line > 0.0) {
        float strength = mix(0.8, 0.33, clamp(within - line + 0.5, 0.0, 1.0));
        frag_color = vec4(v_color.rgb, cover * strength * opacity * v_opacity);
        return;
    }
    vec3 p = vec3(v_plane, 0.0) + (-along - sqrt(max(v_radius * v_radius - miss2, 0.0))) * ray;
    vec3 n = to_world * normalize(p - v_center), to_eye = to_world * (-ray);
    vec3 own = unturn(v_turn, n);
    float soft = 1.2 * pixel / v_radius;
    float pattern = v_color.a;
    float around = atan(own.y, own.x), wide = length(own.xy);
    float k;
    if (pattern < -0.5) k = 1.0;                                                            // plain
    else if (pattern < 0.5) k = smoothstep(-soft, soft, abs(own.z) - 0.30);                 // a belt
    else if (pattern < 1.5) k = smoothstep(-soft, soft, sin(around * 3.0) * wide * 0.33);   // a beach ball
    else if (pattern < 2.5) k = smoothstep(-soft, soft, abs(fract(own.z * 2.0 + 0.25) - 0.5) * 0.5 - 0.125);   // stripes
    else if (pattern < 3.5) { vec3 s = abs(own); k = smoothstep(-soft, soft, 0.80 - max(s.x, max(s.y, s.z))); } // six dots
    else if (pattern < 4.5) k = smoothstep(-soft, soft, own.x * own.y * own.z * 2.0);       // octants
    else k = smoothstep(-soft, soft, sin(around * 2.0 + own.z * 3.0) * wide * 0.5);         // a swirl
    vec3 color = mix(0.75 * v_color.rgb, v_color.rgb, k);
    float diffuse = max(dot(n, light), 0.0), sky = 0.5 + 0.5 * n.z;
    float shine = pow(max(dot(n, normalize(light + to_eye)), 0.0), 42.0);
    float rim = pow(1.0 - max(dot(n, to_eye), 0.0), 3.0);
    color = color * (0.26 + 0.26 * sky + 0.66 * diffuse) + 0.32 * shine + 0.06 * rim;
    frag_color = vec4(color, cover * opacity * v_opacity);
}
